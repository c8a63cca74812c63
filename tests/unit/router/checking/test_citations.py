import pytest

from ratchet_router.checking.citations import citations
from ratchet_router.checking.subject import Passage
from tests.unit.router.checking.subjects import DOCUMENT, subject

CONTEXT = (
    Passage("Revenue rose by 12.5 % to $3.4 million.", "Annual report", 3),
    Passage("The audit \u2014 begins\n at \u201c3 pm\u201d, they\u2019re told.", "Minutes", 7),
)


@pytest.mark.parametrize(
    "answer",
    [
        "Revenue rose [1], and the audit begins [2].",
        "Both are told [1, 2], see also [1-2] and [doc 2].",
        "It rose [Passage 1; 2] (p. 3) and [pages 3, 7].",
        "It says so [source: Annual report].",
        "They said \u201cRevenue rose by 12.5 %\u201d in public.",
        'The note says: "the audit - begins at 3 PM, they\'re told".',
        'It is said that "revenue rose ... $3.4 million".',
        "Er sagte \u201erevenue rose by 12.5\u201c, und «the audit begins at 3 pm».",
        'A "short" quote, a 27" screen and a link [12](http://a.b) are nothing to check.',
        "Both (Document 1, source 2) and (docs 1, 2), according to Document 2, say so [doc:1] [#2] [page 3].",
        "Er sagte »revenue rose by 12.5«.",
        "\u2018The audit begins at 3 pm, they\u2019re told\u2019; und \u201athe audit begins at 3\u2018.",
        "L\u2019année « revenue rose by 12.5 » et puis tout le reste « the audit begins at 3 pm ».",
        "The boys\u2019 car wasn\u2019t theirs. In document 2 the \u201890s weren\u2019t the boys\u2019.",
        "No reference at all.",
    ],
)
def test_references_that_exist_pass(answer: str) -> None:
    assert citations(subject(answer, "qa", document="", context=CONTEXT)) is None


@pytest.mark.parametrize(
    "answer",
    [
        "Revenue rose [3].",
        "Revenue rose [1, 4] and [0].",
        "It is on [p. 5] of the report.",
        "It rose (Document 9).",
        "It rose (source 9).",
        "According to Document 9 it rose.",
        "It rose [doc:9].",
        "It rose [#9].",
        "It rose [page 9].",
        "Er sagte »revenue fell by 12.5 percent«.",
        "He said \u2018revenue didn\u2019t rise by that much\u2019 then.",
        "Er sagte \u201arevenue fell by 12.5 percent\u2018.",
        "It says so [source: Budget plan].",
        "They said \u201cRevenue fell by 12.5 %\u201d in public.",
        'The note says: "the audit begins at 5 pm".',
        'It is said that "revenue rose ... $9.9 million for us".',
    ],
)
def test_references_to_nothing_are_seen(answer: str) -> None:
    assert citations(subject(answer, "qa", document="", context=CONTEXT)) is not None


def test_a_page_that_nobody_numbered_is_none() -> None:
    passages = (Passage("Revenue rose."), Passage("See page 4: costs fell."))
    assert citations(subject("It rose [page 9].", "qa", document="", context=passages)) is not None
    assert citations(subject("They fell [page 4].", "qa", document="", context=passages)) is None


def test_quotes_in_japanese_are_compared_without_spaces() -> None:
    said = "取締役会は予算を全員に送るよう求めました。"
    right, wrong = said[4:19], f"{said[4:9]}否決して全員に送る"
    assert citations(subject(f"「{right}」と言う。", "qa", document=said)) is None
    assert citations(subject(f"「{wrong}」と言う。", "qa", document=said)) is not None


def test_a_document_that_is_not_numbered_may_be_told_of_by_its_number() -> None:
    assert citations(subject("It rose (document 9), see document 9.", "qa", document="Revenue rose.")) is None


def test_a_document_that_the_text_tells_of_may_be_cited() -> None:
    passages = (Passage("As Document 9 has it, revenue rose."), Passage("Costs fell."))
    assert citations(subject("It rose (document 9); see Document 9.", "qa", document="", context=passages)) is None


def test_without_passages_the_document_must_have_the_marker() -> None:
    assert citations(subject("It rose [2].", "qa", document="Revenue rose. [2] See the report.")) is None
    assert citations(subject("It rose [2].", "qa", document="Revenue rose.")) is not None


def test_values_of_json_are_no_quotes() -> None:
    assert citations(subject('{"answer": "words that nobody has written anywhere"}', "qa", document=DOCUMENT)) is None
