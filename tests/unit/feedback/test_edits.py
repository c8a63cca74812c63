import random

from hypothesis import given
from hypothesis import strategies as st

from ratchet_feedback.edits import MOST_CHARACTERS, MOST_PAIRS, Edit, edits


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


def test_texts_that_differ_in_much_are_compared_by_lines_and_else_as_a_whole() -> None:
    draw = random.Random(1)

    def lines(number: int) -> list[str]:
        return [" ".join(f"{draw.randrange(1000)}" for _ in range(10)) + "\n" for _ in range(number)]

    alike, many, others = lines(300), lines(700), lines(700)
    assert MOST_PAIRS < 7_000 * 7_000
    found = edits("".join([*many, *alike, *lines(100)]), "".join([*others, *alike, *lines(100)]))
    assert [one.kind for one in found] == ["gone", "new", "same", "skipped", "same", "gone", "new"]
    assert found[0].text == "".join(many)
    long = "x " * MOST_CHARACTERS
    assert [one.kind for one in edits(long, long + "y")] == ["gone", "new"]


def test_in_a_long_text_a_change_is_found_however_long_it_is() -> None:
    words = [f"word{number} " for number in range(10_000)]
    found = edits("".join(words), "".join([*words[:9_000], "new ", *words[9_001:]]))
    assert [(one.kind, one.text) for one in found if one.kind in ("gone", "new")] == [
        ("gone", "word9000 "),
        ("new", "new "),
    ]


def test_in_a_script_without_spaces_characters_are_words() -> None:
    found = edits("会議は月曜日に東京で開かれます。", "会議は金曜日に東京で開かれます。")
    assert [(one.kind, one.text) for one in found] == [
        ("same", "会議は"),
        ("gone", "月"),
        ("new", "金"),
        ("same", "曜日に東京"),
        ("skipped", ""),
    ]


def test_frequent_words_of_a_long_text_are_words_as_others() -> None:
    text = "the cat and the dog and " * 60
    found = edits(f"{text}one {text}", f"{text}two {text}")
    assert [(one.kind, one.text) for one in found if one.kind in ("gone", "new")] == [("gone", "one "), ("new", "two ")]


def test_words_that_stayed_by_chance_are_a_part_of_what_changed_around_them() -> None:
    found = edits("Everybody met the customers yesterday", "Nothing was said to the management, surely")
    assert [one.kind for one in found] == ["gone", "new"]


def test_words_that_repeat_take_no_longer_than_others() -> None:
    found = edits("x " * 2_000, "x y " * 99)
    assert both(found) == (4_000, 396)


@given(st.text(), st.text())
def test_no_character_is_lost(before: str, after: str) -> None:
    found = edits(before, after)
    assert both(found) == ((len(before), len(after)) if found else (0, 0))
    assert bool(found) == (before != after)
