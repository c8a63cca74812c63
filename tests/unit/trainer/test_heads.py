"""The newest of all are found though each part of them is asked for its own."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.collecting.head import Head
from ratchet_trainer.store.heads import PART_IN_PLACE, PARTS, newest, of_each_part
from ratchet_trainer.store.paging import place_of
from tests.unit.trainer.make_data import NOW
from tests.unit.trainer.test_composing import head

HEAD = head(0, "a text")


def test_the_part_stands_in_the_place_where_it_is_looked_for() -> None:
    one = UUID("9a000000-0000-4000-8000-000000000000")
    assert place_of(NOW, one)[PART_IN_PLACE] == one.hex[0] == "9"


@given(st.lists(st.tuples(st.sampled_from(PARTS[:3]), st.integers(0, 500)), max_size=60), st.integers(1, 40))
def test_whatever_lies_where_it_is_the_newest_that_come(lie: list[tuple[str, int]], limit: int) -> None:
    parts: dict[str, list[tuple[str, Head]]] = defaultdict(list)
    for number, (part, minutes) in enumerate(lie):
        place = place_of(NOW + timedelta(minutes=minutes), f"{part}{number}")
        parts[part].append((place, replace(HEAD, content=place)))
    all_ = sorted((place for part in parts.values() for place, _ in part), reverse=True)
    each = 1
    while (found := newest([sorted(p, reverse=True, key=str)[:each] for p in parts.values()], each, limit)) is None:
        each *= 4
    assert [one.content for one in found] == all_[:limit]
    assert each <= 4 * limit


@pytest.mark.parametrize("limit", [1, 10, 20_000, 200_000])
def test_a_part_is_asked_for_little_more_than_its_share(limit: int) -> None:
    assert limit / len(PARTS) <= of_each_part(limit) <= min(limit, limit / len(PARTS) * 1.2 + 30)
