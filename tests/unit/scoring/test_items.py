import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.items import MAX_ITEMS, item_text, items_f1, items_in, items_kept, items_of

items = st.lists(
    st.sampled_from(["ship the release", "ship release", "call the bank", "pay 500", "pay 5000", "Ülkü", "-"])
)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("- Ship it\n- Call the bank", ["Ship it", "Call the bank"]),
        ("Here they are:\n\n  1. Ship it\n  2) Call the bank\n", ["Ship it", "Call the bank"]),
        ("* [ ] Ship it\n* [x] Call the bank", ["Ship it", "Call the bank"]),
        ("(a) Ship it\nb) Call the bank", ["Ship it", "Call the bank"]),
        ("Ship it\n\nCall the bank", ["Ship it", "Call the bank"]),
        ("U. S. sales fell\nI. T. costs rose", ["U. S. sales fell", "I. T. costs rose"]),
        ('["Ship it", "Call the bank"]', ["Ship it", "Call the bank"]),
        ('```json\n["Ship it"]\n```', ["Ship it"]),
        ('{"items": [{"task": "Ship it", "owner": "QA"}, 7.0]}', ["Ship it, QA", "7"]),
        ('[["Ship", "it"], null, ""]', ["Ship, it"]),
        ("[not JSON", ["[not JSON"]),
        ("None", []),
        ("- N/A", []),
        ("No action items.", []),
        ("[]", []),
        ("", []),
        ("[" * 100_000 + "a", ["[" * 100_000 + "a"]),
    ],
)
def test_lists_are_read_however_they_are_written(output: str, expected: list[str]) -> None:
    assert items_of(output) == expected


def test_items_beyond_the_limit_do_not_count() -> None:
    assert len(items_of("\n".join(f"- item {place}" for place in range(MAX_ITEMS + 50)))) == MAX_ITEMS


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (["a b", " c\nd "], ["a b", "c d"]),
        ({"items": ["a"]}, ["a"]),
        ({"items": []}, []),
        ({"task": "a", "owner": "b"}, ["a, b"]),
        ("- a\n- b", ["a", "b"]),
        (7, ["7"]),
        (None, []),
    ],
)
def test_a_correction_has_items_whatever_its_form(target: object, expected: list[str]) -> None:
    assert items_in(target) == expected


def test_what_lies_too_deep_in_an_item_is_left_out() -> None:
    nested: object = "bottom"
    for _ in range(5000):
        nested = [nested]
    assert item_text(nested) == ""


@pytest.mark.parametrize(
    ("ours", "theirs", "score"),
    [
        (["ship the release"], ["Ship the releases!"], 1),
        (["release: ship the"], ["ship the release"], 1),
        (["Q1 2024"], ["Q2 2024"], 0),
        (["pay 5000 by Friday"], ["pay 5,000 by Friday"], 1),
        (["pay 5000 by Friday"], ["pay 5,001 by Friday"], 0),
        (["pay 500 to the bank"], ["pay 5000 to the bank"], 0),
        (["send the report to the board"], ["send the report to the board by 3 May"], 1),
        (["Do send the report to the board"], ["Do not send the report to the board"], 0),
        (["Don't send the report to the board"], ["Do not send the report to the board"], 1),
        (["Send invoice No. 5 to the board"], ["Send invoice 5 to the board"], 1),
        (["a", "a", "a"], ["a"], 0.5),
        (["a"], [], 0),
        ([], ["a"], 0),
        ([], [], 1),
    ],
)
def test_items_agree_one_to_one(ours: list[str], theirs: list[str], score: float) -> None:
    assert items_f1(ours, theirs) == score


def test_the_largest_matching_counts_not_the_first_found() -> None:
    assert items_f1(["pay the bank", "pay the bank 5"], ["pay the bank 5", "pay the bank 7"]) == 1


@given(items, items)
def test_agreement_minds_neither_sides_nor_order(ours: list[str], theirs: list[str]) -> None:
    score = items_f1(ours, theirs)
    shuffled = random.Random(len(ours)).sample(ours, len(ours))
    assert 0 <= score <= 1
    assert score == items_f1(theirs, ours) == items_f1(shuffled, theirs)
    assert items_f1(ours, ours) == 1


@given(st.text(max_size=300))
def test_any_text_has_items_of_one_line(output: str) -> None:
    assert all(item.strip() and len(item.splitlines()) == 1 for item in items_of(output))


@pytest.mark.parametrize(
    ("output", "corrected", "expected"),
    [
        (["Ship it", "Call the bank"], ["Call the bank.", "ship it"], 1.0),
        (["send invoice to Ann"], ["send invoice to Bob"], 0.75),
        (["send invoice to Ann", "ship it"], ["send invoice to Bob", "ship it"], 0.875),
        (["pay 500"], ["pay 5000"], 0.0),
        (["ship it", "ship it"], ["ship it"], 2 / 3),
        (["ship it"], [], 0.0),
        ([], [], 1.0),
    ],
)
def test_what_a_person_changed_in_a_list_was_not_right(
    output: list[str], corrected: list[str], expected: float
) -> None:
    assert items_kept(output, corrected) == pytest.approx(expected)


@given(items, items)
def test_a_corrected_list_is_as_good_as_the_other_only_where_nothing_was_changed(
    one: list[str], other: list[str]
) -> None:
    score = items_kept(one, other)
    assert 0 <= score <= items_f1(one, other) + 1e-9
    assert score == pytest.approx(items_kept(other, one))
    assert items_kept(one, one) == 1.0
