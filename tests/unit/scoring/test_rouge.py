import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from ratchet_scoring.rouge import MAX_TOKENS, rouge_all, rouge_l, rouge_n, tokens

GOOGLE = RougeScorer(["rouge1", "rouge2", "rougeL"])
WORDS = ["the", "a_b", "cat", "sat,", "on", "1,234", "mats!", "It's", "e-mail", "x", "5%"]
ascii_words = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)
ascii_text = st.text(st.characters(max_codepoint=127), max_size=80)


@given(candidate=ascii_words | ascii_text, reference=ascii_words | ascii_text)
@example(candidate="", reference="")
@example(candidate="one", reference="one")
def test_ascii_scores_are_those_of_rouge_score(candidate: str, reference: str) -> None:
    expected = GOOGLE.score(reference, candidate)
    ours = rouge_all(candidate, reference)
    assert ours.rouge_1 == pytest.approx(expected["rouge1"].fmeasure)
    assert ours.rouge_2 == pytest.approx(expected["rouge2"].fmeasure)
    assert ours.rouge_l == pytest.approx(expected["rougeL"].fmeasure)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't panic_now: 1,234.5", ["don", "t", "panic", "now", "1", "234", "5"]),
        ("Ελλάδα και Ευρώπη", ["ελλάδα", "και", "ευρώπη"]),
        ("Cafe\u0301 CAFÉ", ["café", "café"]),
        ("зи\u0301мний", ["зи\u0301мний"]),
        ("发货 on Monday", ["发", "货", "on", "monday"]),
        ("\uff11\uff12 \ufb01les", ["12", "files"]),
        ("— … 🙂", []),
    ],
)
def test_words_of_any_script(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_lie_between_0_and_1_and_do_not_mind_the_order_of_sides(candidate: str, reference: str) -> None:
    there, back = rouge_all(candidate, reference), rouge_all(reference, candidate)
    assert all(0 <= value <= 1 for value in (there.rouge_1, there.rouge_2, there.rouge_l))
    assert there == back


@given(st.text(max_size=60))
def test_a_text_with_words_matches_itself(text: str) -> None:
    assert rouge_l(text, text) == (1.0 if tokens(text) else 0.0)


def test_single_scores_are_those_of_all() -> None:
    candidate, reference = "the report is due on Monday", "on Monday the report is due"
    both = rouge_all(candidate, reference)
    assert (rouge_n(candidate, reference, 1), rouge_n(candidate, reference, 2)) == (both.rouge_1, both.rouge_2)
    assert rouge_l(candidate, reference) == both.rouge_l
    assert both.rouge_1 == 1.0
    assert both.rouge_l == pytest.approx(4 / 6)


def test_what_follows_the_limit_does_not_count() -> None:
    head = "word " * MAX_TOKENS
    assert rouge_l(head + "tail " * 50, head) == 1.0
    assert rouge_n(head + "tail " * 50, head, 2) == 1.0


def test_there_is_no_rouge_0() -> None:
    with pytest.raises(ValueError, match="ROUGE-0"):
        rouge_n("a", "a", 0)
