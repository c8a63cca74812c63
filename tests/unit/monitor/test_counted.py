"""What is counted by kind and block says what the hours say that it was counted from, whatever the order."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import msgspec
import numpy as np
import pytest

from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import OTHERS, SUMS, Build, Contents, Kind, Tally
from ratchet_monitor.columns import columns_of
from ratchet_monitor.counted import BY_BLOCK, Counted
from ratchet_monitor.hearing import heard, heard_in
from ratchet_monitor.kinds import BINS, STRATA, bins_of, numbers_of, place_of, sums_in
from ratchet_monitor.sketch import LARGEST, ZERO, bin_of
from tests.unit.monitor.make import HOUR, observation
from tests.unit.monitor.test_columns import day, hours

TWO_HOURS = timedelta(hours=2)


def counted(parts: list[tuple[int, Contents]], **more: object) -> Counted:
    """Of (the number of an hour, what it holds), in blocks of two hours."""
    found = Counted(Blocks(HOUR, HOUR + 6 * TWO_HOURS, TWO_HOURS), **more)  # type: ignore[arg-type]
    for number, contents in parts:
        found.include("summary", HOUR + timedelta(hours=number), columns_of(contents)["kinds"])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_sum_of_the_hours_in_any_order(seed: int) -> None:
    parts = list(enumerate(hours(seed)))
    shuffled = random.Random(seed).sample(parts, len(parts))
    wanted: dict[Kind, Tally] = {}
    blocks: Counter[tuple[Kind, int, str]] = Counter()
    said: Counter[tuple[Kind, int, int]] = Counter()
    latencies: Counter[tuple[int, int]] = Counter()
    for number, contents in parts:
        for cell in contents.cells:
            wanted.setdefault(cell.kind, Tally()).add(cell.tally)
            block = number // 2
            blocks.update({(cell.kind, block, name): getattr(cell.tally, name) for name in BY_BLOCK})
            said.update({(cell.kind, block, place): one[2] for place, one in cell.tally.strata.items()})
            if not cell.kind.cached:
                latencies.update({(block, one): n for one, n in cell.tally.latencies.items()})
    found = counted(shuffled)
    assert {kind for _, kind in found.kinds} == wanted.keys()
    for (_, kind), row in found.kinds.items():
        tally = wanted[kind]
        assert dict(zip(SUMS, found.sums[row].tolist(), strict=True)) == {name: getattr(tally, name) for name in SUMS}
        assert bins_of(found.latencies[row]) == tally.latencies
        empty = (0, 0, 0, 0)
        assert found.strata[row].tolist() == [list(tally.strata.get(number, empty)) for number in range(STRATA)]
        for block in range(6):
            numbers = [blocks[kind, block, name] for name in BY_BLOCK]
            assert found.by_block[row, block].tolist() == numbers
            assert found.said[row, block, :, 1].tolist() == [said[kind, block, place] for place in range(STRATA)]
        assert found.made[row] == (not kind.cached)
    for block in range(6):
        mine = {one: n for (its, one), n in latencies.items() if its == block}
        assert bins_of(found.latencies_by_block[block]) == mine


def test_a_day_stands_for_its_hours() -> None:
    parts = hours(2, 2)
    by_hours, by_day = counted([(0, parts[0]), (1, parts[1])]), counted([(0, day(parts))])
    for (place, row), (other, its) in zip(sorted(by_hours.kinds.items()), sorted(by_day.kinds.items()), strict=True):
        assert place == other
        assert by_hours.sums[row].tolist() == by_day.sums[its].tolist()
        assert by_hours.by_block[row].tolist() == by_day.by_block[its].tolist()


def test_kinds_beyond_the_limit_are_counted_as_one_and_unwanted_ones_not_at_all() -> None:
    build = Build()
    for number in range(6):
        build.add(observation(number, template=f"t{number}"))
    whole = counted([(0, build.contents()), (3, build.contents())], most_kinds=3)
    told = {kind.template: whole.sums[row][SUMS.index("predictions")] for (_, kind), row in whole.kinds.items()}
    assert told == {"t0": 2, "t1": 2, "t2": 2, OTHERS: 6}
    some = counted([(0, build.contents())], wanted=lambda _, kind: kind.template in ("t4", "t5"))
    assert [kind.template for _, kind in some.kinds] == ["t4", "t5"]


def test_what_was_written_before_a_sum_was_counted_reads_as_nothing() -> None:
    (contents,) = hours(1, 1)
    numbers = numbers_of(contents.cells)
    place = SUMS.index("cost")
    sums = np.delete(sums_in(numbers), place, axis=1)
    old = msgspec.structs.replace(numbers, names=SUMS[:place] + SUMS[place + 1 :], sums=sums.tobytes())
    read = sums_in(old)
    assert not read[:, place].any()
    assert np.delete(read, place, axis=1).tolist() == sums.tolist()


def test_each_latency_has_a_place_of_its_own() -> None:
    numbers = [ZERO, *map(bin_of, (1, 2, 1_000, 10**9, LARGEST))]
    places = [place_of(number) for number in numbers]
    assert len(set(places)) == len(numbers)
    assert max(places) < BINS
    latencies = np.zeros(BINS, np.int64)
    latencies[places] = 7
    assert bins_of(latencies) == dict.fromkeys(numbers, 7)


def test_nothing_is_counted_of_nothing() -> None:
    assert not counted([(0, Contents())]).kinds
    assert heard_in(np.zeros((3, 4))) == heard([])


@pytest.mark.parametrize("wanted", [None, lambda _, kind: kind.template == "short_v1"])
@pytest.mark.parametrize("seed", range(3))
def test_a_run_stands_for_its_hours(seed: int, wanted: Callable[[str, Kind], bool] | None) -> None:
    parts = list(enumerate(hours(seed)))
    run = Counted(Blocks(HOUR, HOUR + timedelta(hours=8), timedelta(hours=1)))
    for number, contents in parts[:8]:
        run.include("summary", HOUR + timedelta(hours=number), columns_of(contents)["kinds"])
    found, one_by_one = (Counted(Blocks(HOUR, HOUR + 6 * TWO_HOURS, TWO_HOURS), wanted) for _ in range(2))
    found.add_run("summary", run.run())
    for number, contents in parts:
        written = columns_of(contents)["kinds"]
        one_by_one.include("summary", HOUR + timedelta(hours=number), written)
        if number >= 8:
            found.include("summary", HOUR + timedelta(hours=number), written)
    assert found.kinds.keys() == one_by_one.kinds.keys()
    rows = [(row, one_by_one.kinds[place]) for place, row in found.kinds.items()]
    mine, others = (np.array(its, np.int64) for its in zip(*rows, strict=True))
    for name in ("sums", "strata", "by_block", "said", "latencies", "made"):
        assert np.array_equal(getattr(found, name)[mine], getattr(one_by_one, name)[others])
    assert np.array_equal(found.latencies_by_block, one_by_one.latencies_by_block)
    assert found.when(mine) == one_by_one.when(others)


def test_a_run_of_more_kinds_than_are_told_apart_says_so() -> None:
    build = Build()
    for number in range(6):
        build.add(observation(number, template=f"t{number}"))
    run = counted([(0, build.contents())], most_kinds=3).run()
    whole = Counted(Blocks(HOUR, HOUR + TWO_HOURS, TWO_HOURS))
    whole.add_run("summary", run)
    assert whole.folded
    whole.clear()
    assert not whole.folded
    assert not whole.kinds
