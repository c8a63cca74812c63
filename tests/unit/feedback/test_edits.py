from hypothesis import given
from hypothesis import strategies as st

from ratchet_feedback.edits import MOST_LINES, MOST_WORDS, Edit, edits


def both(found: tuple[Edit, ...]) -> tuple[int, int]:
    """The lengths of the two texts that the edits lie between."""
    same = sum(len(one.text) + one.characters for one in found if one.kind in ("same", "skipped"))
    gone, new = (sum(len(one.text) for one in found if one.kind == kind) for kind in ("gone", "new"))
    return same + gone, same + new


def test_words_that_changed_stand_between_words_that_did_not() -> None:
    found = edits("We ship on Monday, as was said.", "We ship on Friday, as was said.")
    assert found == (
        Edit("same", "We ship on "),
        Edit("gone", "Monday, "),
        Edit("new", "Friday, "),
        Edit("same", "as was said."),
    )


def test_nothing_is_an_edit_where_nothing_changed() -> None:
    assert edits("The same.", "The same.") == ()


def test_of_a_long_stretch_only_its_ends_are_kept() -> None:
    words = "".join(f"word{number} " for number in range(500))
    found = edits(f"first {words}last", f"1st {words}last.")
    assert [one.kind for one in found] == ["gone", "new", "same", "skipped", "same", "gone", "new"]
    assert sum(len(one.text) for one in found) < 150


def test_long_texts_are_compared_by_lines_and_longer_ones_not_at_all() -> None:
    lines = [f"the words of line {number}\n" for number in range(MOST_WORDS // 4)]
    changed = [*lines[:7], "another\n", *lines[8:]]
    assert Edit("gone", lines[7]) in edits("".join(lines), "".join(changed))
    long = "x\n" * (MOST_LINES + 1)
    assert [one.kind for one in edits(long, long + "y")] == ["gone", "new"]


@given(st.text(), st.text())
def test_no_character_is_lost(before: str, after: str) -> None:
    found = edits(before, after)
    assert both(found) == ((len(before), len(after)) if found else (0, 0))
    assert bool(found) == (before != after)
