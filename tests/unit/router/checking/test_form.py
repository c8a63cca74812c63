import pytest

from ratchet_router.checking.lengths import Range, Wanted, paragraphs_in, sentences_in, words_in
from tests.unit.router.checking.subjects import failed, subject, warned


@pytest.mark.parametrize(
    ("text", "words", "sentences"),
    [
        ("", 0, 0),
        ("One. Two! Three?", 3, 3),
        ("Dr. Baker paid 3.5 million to Smith Inc. on Jan. 3.", 11, 1),
        ("- send the draft\n- call Ann", 7, 2),
        ('He said: "No." Then he left.', 6, 2),
        ("董事会批准了预算。会议结束。", 7, 2),
    ],
)
def test_words_and_sentences_are_counted(text: str, words: int, sentences: int) -> None:
    assert (words_in(text), sentences_in(text)) == (words, sentences)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [(80, (False, False)), (81, (False, True)), (120, (False, True)), (121, (True, False))],
)
def test_a_few_words_too_many_warn_and_many_fail(words: int, outcome: tuple[bool, bool]) -> None:
    answer = subject("word " * words, "qa", length=Wanted(words=Range(most=80)))
    assert ("length" in failed(answer), "length" in warned(answer)) == outcome


@pytest.mark.parametrize(("paragraphs", "outcome"), [(1, "passed"), (2, "warned"), (3, "failed")])
def test_one_paragraph_more_than_one_is_no_failure(paragraphs: int, outcome: str) -> None:
    text = "\n \n".join(["It went well.\nWe ship on Monday."] * paragraphs)
    answer = subject(f"\n\n{text}\n", "qa", length=Wanted(paragraphs=Range(most=1)))
    assert paragraphs_in(answer.output) == paragraphs
    assert ("length" in failed(answer), "length" in warned(answer)) == (outcome == "failed", outcome == "warned")


def test_too_short_is_wrong_too() -> None:
    asked = Wanted(sentences=Range(4, 6), characters=Range(least=100))
    assert "length" in failed(subject("It went well.", "qa", length=asked))


@pytest.mark.parametrize(("task", "fails"), [("summary", True), ("chat", False)])
def test_a_cut_answer_fails_but_where_the_caller_sets_the_limit(task: str, fails: bool) -> None:
    cut = subject("The board met and", task, finish_reason="length")
    assert ("complete" in failed(cut), "complete" in warned(cut)) == (fails, not fails)


def test_an_answer_that_calls_a_tool_need_not_say_anything() -> None:
    assert not failed(subject("", "chat", finish_reason="tool_calls"))
    assert failed(subject("", "chat", finish_reason="stop")) == {"not_empty"}
