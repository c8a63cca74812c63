import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.short_answers import exact_match, normal, token_f1


@pytest.mark.parametrize(
    ("output", "target", "exact", "f1"),
    [
        ("The Denver Broncos", "Denver Broncos", 1, 1),
        ("denver  broncos!", "Denver Broncos.", 1, 1),
        ("U.S.", "us", 1, 1),
        ("the year 1996", "1996", 0, 2 / 3),
        ("Panthers", "Carolina Panthers", 0, 2 / 3),
        ("gold gold", "gold", 0, 2 / 3),
        ("", "", 1, 1),
        ("a", "the", 1, 1),
        ("", "gold", 0, 0),
        ("silver", "gold", 0, 0),
        ("ΈΚΘΕΣΗ", "έκθεση", 1, 1),
        ("«нет»", "нет", 1, 1),
        ("東京都", "東京", 0, 4 / 5),
    ],
)
def test_short_answers_are_compared_as_squad_does(output: str, target: str, exact: float, f1: float) -> None:
    assert exact_match(output, target) == exact
    assert token_f1(output, target) == pytest.approx(f1)


def test_only_whole_words_are_articles() -> None:
    assert normal("A theory of the an-chor") == "theory of anchor"


@given(st.text(max_size=60), st.text(max_size=60))
def test_token_f1_is_symmetric_and_at_least_the_exact_match(one: str, other: str) -> None:
    assert token_f1(one, other) == token_f1(other, one)
    assert exact_match(one, other) <= token_f1(one, other) <= 1
