"""Answers that broke off and were continued: every word once, whatever the second model repeats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.base import Piece
from ratchet_router.continuing import Seam
from ratchet_router.repeating import LOOKED_AT, SeamError
from tests.unit.router.scripted import end, word

SAID = "The canary takes a small share of the traffic before the rollout"


CODE = "def f():\n    a = 1\n"
LONG = " ".join(f"Sentence {number} says something of its own." for number in range(40))


def joined(so_far: str, text: str, *, bits: int = 7) -> str:
    seam = Seam(so_far)
    coming = [word(text[i : i + bits]) for i in range(0, len(text), bits)]
    pieces: list[Piece] = []
    for piece in [*coming, end()]:
        pieces += seam.joined([piece])
    return so_far + "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("so_far", "text", "whole"),
    [
        (SAID, " goes on.", f"{SAID} goes on."),
        (SAID, "traffic before the rollout goes on.", f"{SAID} goes on."),
        (SAID, " traffic before the rollout goes on.", f"{SAID} goes on."),
        (SAID + " ", "traffic before the rollout goes on.", f"{SAID} goes on."),
        (SAID + "\n", "\ntraffic before the rollout\n\nIt goes on.", f"{SAID}\n\nIt goes on."),
        (SAID + "\n\n", "traffic before the rollout\nIt goes on.", f"{SAID}\n\nIt goes on."),
        (SAID + "  ", "traffic before the rollout goes on.", f"{SAID}  goes on."),
        (SAID + " ", "traffic before the rollout\n- It goes on.", f"{SAID} \n- It goes on."),
        (SAID, "the rollout goes on.", f"{SAID} goes on."),
        (SAID, "rollout goes on.", f"{SAID} goes on."),
        ("It takes a small sha", "share of it.", "It takes a small share of it."),
        ("It takes a small sha", "re of it.", "It takes a small share of it."),
        ("That is very", " very good.", "That is very very good."),
        ("That is very ", "very good.", "That is very very good."),
        ("The price is 10", "10 USD.", "The price is 1010 USD."),
        ("ha ", "ha ha!", "ha ha ha!"),
        ("aaaa", "aaaab", "aaaab"),
        (CODE, "    a = 1\n    return a\n", f"{CODE}    return a\n"),
        (CODE, "    a = 1\n\n    return a\n", f"{CODE}\n    return a\n"),
        (CODE + "  ", "    a = 1\n    return a\n", f"{CODE}    return a\n"),
        (CODE + "    ", "    a = 1\n    return a\n", f"{CODE}    return a\n"),
        (CODE, "    return a\n", f"{CODE}    return a\n"),
    ],
)
def test_what_was_said_already_is_cut_out_and_nothing_else(so_far: str, text: str, whole: str) -> None:
    assert joined(so_far, text) == whole


@pytest.mark.parametrize("text", [SAID, f"\n{SAID}", f"{SAID} goes on, and on."])
def test_an_answer_that_begins_anew_cannot_be_joined(text: str) -> None:
    with pytest.raises(SeamError):
        joined(SAID[:-1], text)


@pytest.mark.parametrize(
    ("so_far", "text"),
    [
        ("The ", "The canary is small."),
        ("The quick brown fox ", "Sure! The quick brown fox jumps over."),
        (SAID, "Here is the rest: small share of the traffic before the rollout goes on."),
        (CODE + "      ", "    a = 1\n    return a\n"),
        ("x = 1, y = 2\n", "x = 1, y = 2 + 3\n"),
        ("| a | 0 | 0 |\n| 0 | 0 | 0 |\n| 0 | 0 | 0 |\n", "| 0 | 0 | 0 |\n| b | 0 | 0 |\n"),
        (LONG, LONG[200:400] + " And then it is another text."),
    ],
)
def test_where_it_cannot_be_told_what_is_meant_nothing_is_joined(so_far: str, text: str) -> None:
    with pytest.raises(SeamError):
        joined(so_far, text)


def test_much_that_is_repeated_is_cut_out_as_well() -> None:
    assert joined(LONG, LONG[-900:] + " It goes on.") == LONG + " It goes on."


def test_a_preface_is_none_within_a_sentence() -> None:
    so_far, text = "The canary is small. Next to it, ", "the others are large. The canary is small for a reason."
    assert joined(so_far, text) == so_far + text


@given(st.text("ab \n.", max_size=60), st.text("cd \n,", min_size=1, max_size=LOOKED_AT * 2), st.integers(1, 40))
def test_nothing_is_lost_where_nothing_is_repeated(so_far: str, text: str, bits: int) -> None:
    try:
        assert joined(so_far, text, bits=bits) == so_far + text
    except SeamError:
        assert len(so_far) < 12


@given(
    st.lists(st.sampled_from(["risk", "plan", "is", "late", "the", "cost", "of"]), min_size=8, max_size=30), st.data()
)
def test_whatever_enough_is_repeated_the_text_is_whole(words: list[str], data: st.DataObject) -> None:
    numbered = [f"{one}{number}x" for number, one in enumerate(words)]
    cut = data.draw(st.integers(4, len(numbered) - 1))
    back = data.draw(st.integers(max(1, cut - 3), cut - 2))
    said, again = " ".join(numbered[:cut]), " ".join(numbered[back:])
    assert joined(said, again) == " ".join(numbered)
