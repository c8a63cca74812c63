"""Whether columns may stand for the contents that they lie beside."""

import random
from collections.abc import Callable

import pytest

from ratchet_common.mongo import Document
from ratchet_monitor.buckets import Build, Contents
from ratchet_monitor.columns import LAYOUT
from ratchet_monitor.store.contents import has_columns, packed
from ratchet_monitor.totals import OF_TOTALS, WITH_LATENCIES
from tests.unit.monitor.make import observation


def contents() -> Contents:
    build = Build()
    build.add(observation(random.Random(1).randrange(9)))
    return build.contents()


def written() -> Document:
    return {"built": 3, **packed(contents(), 3)}


def test_columns_of_the_same_build_are_told_from() -> None:
    assert has_columns(written(), WITH_LATENCIES)


@pytest.mark.parametrize(
    "since",
    [
        lambda one: one | {"built": 4},  # an earlier release wrote the contents anew, and no columns
        lambda one: {name: its for name, its in one.items() if name not in ("columns_built", "columns_as")},
        lambda one: one | {"columns_as": "of another release"},
        lambda one: {name: its for name, its in one.items() if name != "totals"},
        lambda one: {"built": 3, "packed": one["packed"]},
    ],
)
def test_all_others_count_as_missing(since: Callable[[Document], Document]) -> None:
    assert not has_columns(since(written()), OF_TOTALS)
    assert len(LAYOUT) == 16
