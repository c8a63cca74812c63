import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.wording import WordingError, filled, names

ANY_TEXT = st.text() | st.sampled_from(
    ["$document", "${question}", "{document}", "$$", "%(document)s", "{0.__class__}"]
)


@given(document=ANY_TEXT, question=ANY_TEXT)
def test_what_is_put_in_comes_out_as_it_is(document: str, question: str) -> None:
    values = {"document": document, "question": question}
    assert filled("<$document>", values) == f"<{document}>"
    assert filled("A ${question}b $document", values) == f"A {question}b {document}"


def test_a_paragraph_goes_with_the_variable_that_it_names() -> None:
    text = "Always.\n\nFor $who, by $when.\n \n\nAt the end: $what"
    assert filled(text, {"what": "x"}) == "Always.\n\nAt the end: x"
    assert filled(text, {"who": "me", "when": "now"}) == "Always.\n\nFor me, by now."


def test_blank_lines_of_a_value_are_no_paragraphs() -> None:
    assert filled("$a", {"a": "one\n\n$b\n\nthree"}) == "one\n\n$b\n\nthree"


def test_a_doubled_sign_is_a_sign() -> None:
    assert filled("It costs $$5, or $$price.", {}) == "It costs $5, or $price."


@pytest.mark.parametrize("text", ["It costs $5.", "$", "a $ b", "$Document", "${document", "${}"])
def test_a_sign_that_names_nothing_is_a_fault(text: str) -> None:
    with pytest.raises(WordingError) as wrong:
        names(text)
    assert wrong.value.quote in text


def test_the_longest_name_counts() -> None:
    assert names("$documents ${document}s $a.b $c_1") == {"documents", "document", "a", "c_1"}
