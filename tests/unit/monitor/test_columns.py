"""Columns, added up, say what the contents say that they were made of; whatever the order, by hours or by days."""

import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ratchet_monitor.accuracy import Hearings
from ratchet_monitor.adding import REST, Adding, Counts, everything
from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import APART, SUMS, Build, Contents, Period, Tally
from ratchet_monitor.columns import HEADS, Totals, View, columns_of, counted
from ratchet_monitor.counted import Counted
from ratchet_monitor.drift.looking import Window, look
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Scored
from ratchet_monitor.sketch import ZERO
from ratchet_monitor.totals import Subject, include
from tests.unit.monitor.make import HOUR, observation, result_id

ALL: tuple[View, ...] = ("totals", "latencies", "heard", "spreads")


def seen(number: int, rng: random.Random) -> Observation:
    return msgspec.structs.replace(
        observation(
            number,
            model=f"model-{rng.randrange(3)}",
            version_id=rng.choice(("base", "tuned-1")),
            template=rng.choice(("short_v1", "long_v2", None)),
            document_type=rng.choice(("email", "contract")),
            latency_ms=rng.choice((0.0, rng.lognormvariate(6, 1))),
            confidence=rng.choice((None, rng.random())),
            output="x" * rng.randrange(90),
            outcome=rng.choice(("ok", "ok", "ok", "failed", "cancelled")),
            cached_from=rng.choice((None, None, None, result_id(7))),
        ),
        language=rng.choice(("", "en", "de")),
        word=rng.choice((None, rng.randrange(64))),
        refusal=rng.choice((None, False, True)),
        input_length=rng.choice((None, rng.randrange(10_000))),
        misshapen=rng.random() < 0.1,
        cost=rng.choice((0, rng.randrange(10**12))),
    )


def hours(seed: int, n: int = 12) -> list[Contents]:
    rng = random.Random(seed)
    found = []
    for hour in range(n):
        several = [seen(100 * hour + number, rng) for number in range(rng.randrange(60))]
        said = rng.sample(several, len(several) // 3)
        judged = {one.result_id: rng.choice((None, rng.randrange(10**6))) for one in said}
        scored = {
            one.result_id: Scored(rng.randrange(10**6), 1, rng.randrange(3), judged=judged[one.result_id])
            for one in said
        }
        build = Build(scored, {one.result_id: rng.randrange(3) for one in several})
        for one in several:
            build.add(one)
        found.append(build.contents())
    return found


def day(parts: Sequence[Contents]) -> Contents:
    build = Build()
    for one in parts:
        build.include(one)
    return build.contents()


def added(parts: Sequence[Contents], views: Sequence[View]) -> Period:
    whole = Adding()
    for one in parts:
        columns = columns_of(one)
        whole.include({view: columns[view] for view in views})
    return Period("summary", HOUR, whole.contents())


def totals(periods: Sequence[Period]) -> dict[Subject, Tally]:
    found: dict[Subject, Tally] = {}
    for one in periods:
        include(found, one)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_totals_are_the_sums_of_the_hours_in_any_order_and_by_days(seed: int) -> None:
    parts = hours(seed)
    wanted = totals([Period("summary", HOUR, one) for one in parts])
    for tally in wanted.values():
        tally.strata = {}
    shuffled = random.Random(seed).sample(parts, len(parts))
    mixed = [day(shuffled[:5]), *shuffled[5:8], day(shuffled[8:])]
    for some in (parts, shuffled, mixed, [day(parts)]):
        assert totals([added(some, ("totals", "latencies"))]) == wanted
    for tally in wanted.values():
        tally.latencies = {}
    assert totals([added(mixed, ("totals",))]) == wanted


def almost(told: Any) -> Any:
    """Kinds are met in another order, and floats added up in it."""
    if isinstance(told, dict):
        return {name: almost(its) for name, its in told.items()}
    if isinstance(told, list | tuple):
        return type(told)(almost(its) for its in told)
    return pytest.approx(told, abs=2e-6, rel=1e-9) if isinstance(told, float) else told


@pytest.mark.parametrize("seed", range(5))
def test_accuracy_and_drift_are_told_from_columns_as_from_contents(seed: int) -> None:
    parts = hours(seed)
    from_contents, from_columns = Hearings(everything), Hearings(everything)
    for one in parts:
        from_contents.include(Period("summary", HOUR, one))
    from_columns.include(added(parts, ("heard",)))
    by_hour = Counted(Blocks(HOUR, HOUR + len(parts) * timedelta(hours=1), timedelta(hours=1)))
    for number, one in enumerate(parts):
        by_hour.add("summary", HOUR + number * timedelta(hours=1), one.cells)
    was, now = from_contents.accuracies(by_hour), from_columns.accuracies(by_hour)
    assert almost(asdict(now)) == asdict(was)
    windows = [(Window(lambda _: True), Window(lambda _: True)) for _ in range(2)]
    for place, some in enumerate((parts[:6], parts[6:])):
        for one in some:
            windows[0][place].include(Period("summary", HOUR, one))
        windows[1][place].include(added(some, ALL))
    for one, other in zip(*windows, strict=True):
        assert (one.inputs, one.spreads, one.tasks) == (other.inputs, other.spreads, other.tasks)
        assert one.tallies == other.tallies
        assert all(sorted(one.strata(speaker)) == sorted(other.strata(speaker)) for speaker in one.tallies)
    assert len(look(*windows[0], level=0.05)) == len(look(*windows[1], level=0.05))


def test_what_one_counts_is_in_a_view() -> None:
    """A sum that is new has its place in `totals`; what is no sum needs one that is thought of."""
    assert {*SUMS, *APART} == set(Tally.__struct_fields__)
    assert set(APART) == {"latencies", "calibration", "reliability", "strata"}
    assert set(HEADS) <= set(SUMS)


def test_what_was_written_before_a_sum_was_counted_reads_as_nothing() -> None:
    (parts,) = hours(1, 1)
    columns = columns_of(parts)
    written = msgspec.msgpack.decode(columns["totals"], type=Totals)
    place = written.names.index("cost")
    rows = [msgspec.structs.replace(row, sums=row.sums[:place] + row.sums[place + 1 :]) for row in written.rows]
    names = written.names[:place] + written.names[place + 1 :]
    old = Adding()
    old.include({"totals": msgspec.msgpack.encode(Totals(names, tuple(rows)))})
    old.include({"totals": columns["totals"]})
    once, twice = added([parts], ("totals",)).contents.cells, old.contents().cells
    assert [cell.tally.cost for cell in twice] == [cell.tally.cost for cell in once]
    assert [cell.tally.predictions for cell in twice] == [2 * cell.tally.predictions for cell in once]


def test_sums_are_exact_beyond_what_a_float_tells() -> None:
    build = Build()
    for number in range(3):
        build.add(msgspec.structs.replace(observation(number), cost=2**62 + 1))
    (cell,) = added([build.contents()] * 3, ("totals",)).contents.cells
    assert cell.tally.cost == 9 * (2**62 + 1)


def test_nothing_and_next_to_nothing_are_counted() -> None:
    whole = Adding()
    assert whole.contents() == Contents()
    assert added([Contents(), Contents()], ALL).contents == Contents()
    its = Counts()
    for counts in ({ZERO: 3}, {ZERO: 1, 5: 2}, {}, {-7: 1, 5: 1}):
        its.include(counted(counts))
    assert its.together() == {ZERO: 4, -7: 1, 5: 3}
    only_zeros = Counts()
    only_zeros.include(counted({ZERO: 3}))
    assert only_zeros.together() == {ZERO: 3}


def test_kinds_beyond_the_limit_are_counted_as_one_and_unwanted_ones_not_at_all() -> None:
    parts = []
    for number in range(6):
        build = Build()
        build.add(observation(number, template=f"t{number}"))
        parts.append(columns_of(build.contents())["heard"])
    whole, some = Adding(most_kinds=3), Adding(lambda kind: kind.template in ("t4", "t5"), most_kinds=3)
    for part in parts:
        whole.include({"heard": part})
        some.include({"heard": part})
    found = {cell.kind.template: cell.tally.answered for cell in whole.contents().cells}
    assert found == {"t0": 1, "t1": 1, "t2": 1, REST.template: 3}
    assert [cell.kind.template for cell in some.contents().cells] == ["t4", "t5"]
