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
        "Er sagte \u201erevenue rose by 12.5\u201c, und \u00abthe audit begins at 3 pm\u00bb.",
        'A "short" quote, a 27" screen and a link [12](http://a.b) are nothing to check.',
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
        "It says so [source: Budget plan].",
        "They said \u201cRevenue fell by 12.5 %\u201d in public.",
        'The note says: "the audit begins at 5 pm".',
        'It is said that "revenue rose ... $9.9 million for us".',
    ],
)
def test_references_to_nothing_are_seen(answer: str) -> None:
    assert citations(subject(answer, "qa", document="", context=CONTEXT)) is not None


def test_without_passages_the_document_must_have_the_marker() -> None:
    assert citations(subject("It rose [2].", "qa", document="Revenue rose. [2] See the report.")) is None
    assert citations(subject("It rose [2].", "qa", document="Revenue rose.")) is not None


def test_values_of_json_are_no_quotes() -> None:
    assert citations(subject('{"answer": "words that nobody has written anywhere"}', "qa", document=DOCUMENT)) is None
