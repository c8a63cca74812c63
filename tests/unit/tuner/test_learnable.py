"""Only what the assistant said is learned, by whatever chat template it is written."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_tuner.learnable import NOT_LEARNED, Encode, in_common, learnable
from ratchet_tuner.lines import Turn


def letters(render: Callable[[Sequence[Turn], bool], str]) -> Encode:
    return lambda turns, speaks_next: [ord(letter) for letter in render(turns, speaks_next)]


def plain(turns: Sequence[Turn], speaks_next: bool) -> str:
    said = "".join(f"<{turn.role}>{turn.content}</>" for turn in turns)
    return said + ("<assistant>" if speaks_next else "")


def forgetful(turns: Sequence[Turn], speaks_next: bool) -> str:
    """Thinks before the last answer, and drops what it thought before earlier ones."""
    said = [f"<{turn.role}>{turn.content}</>" for turn in turns[:-1]]
    last = f"<{turns[-1].role}>{'(hm)' if turns[-1].role == 'assistant' else ''}{turns[-1].content}</>"
    return "".join([*said, last]) + ("<assistant>(hm)" if speaks_next else "")


def learned(turns: Sequence[Turn], encode: Encode) -> str:
    its = learnable(turns, encode)
    assert len(its.labels) == len(its.input_ids)
    pairs = zip(its.input_ids, its.labels, strict=True)
    assert all(label in (NOT_LEARNED, token) for token, label in pairs)
    return "".join("|" if label == NOT_LEARNED else chr(label) for label in its.labels).strip("|")


ASKED = [Turn("system", "Be brief."), Turn("user", "Why?"), Turn("assistant", "So.")]


def test_the_answer_and_its_end_are_learned() -> None:
    assert learned(ASKED, letters(plain)) == "So.</>"


def test_every_answer_is_learned() -> None:
    found = learned([*ASKED, Turn("user", "And?"), Turn("assistant", "No.")], letters(plain))
    assert [part for part in found.split("|") if part] == ["So.</>", "No.</>"]


def test_an_earlier_answer_that_the_template_writes_another_way_is_not() -> None:
    found = learned([*ASKED, Turn("user", "And?"), Turn("assistant", "No.")], letters(forgetful))
    assert found == "No.</>"


def test_without_an_answer_nothing_is_learned() -> None:
    assert learnable(ASKED[:2], letters(plain)).learned == 0


texts = st.text(st.characters(exclude_characters="|<>", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(pairs=st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
@pytest.mark.parametrize("system", [[], [Turn("system", "Be brief.")]])
def test_what_was_asked_is_never_learned_and_each_answer_is(pairs: list[tuple[str, str]], system: list[Turn]) -> None:
    turns = [*system, *(turn for said in pairs for turn in (Turn("user", said[0]), Turn("assistant", said[1])))]
    found = learned(turns, letters(plain))
    assert [part for part in found.split("|") if part] == [f"{answer}</>" for _, answer in pairs]


@given(one=st.lists(st.integers(0, 2)), other=st.lists(st.integers(0, 2)))
def test_what_two_have_in_common_is_their_longest_beginning(one: list[int], other: list[int]) -> None:
    length = in_common(one, other)
    assert one[:length] == other[:length]
    assert one[length : length + 1] != other[length : length + 1] or length == len(one) == len(other)
