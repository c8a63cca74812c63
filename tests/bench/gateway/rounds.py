"""The measuring itself: who is compared takes turns, so that a busy moment of the machine hits all of them."""

import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.cores import cpu_s, resident_mb
from tests.bench.gateway.contenders import ROUTER, Contender, Field
from tests.bench.wire.hammer import Hammered, hammer

CONNECTIONS = 128
ROUNDS, SECONDS, WARM_UP_S = 5, 4.0, 1.0
ROUNDS_ALONE, SECONDS_ALONE = 5, 1.5  # at one connection
STREAMS = 32  # connections
MARKS = 4  # readings of the memory, evenly over the requests
MEMORY_ROUND_S = 2.0
RECORDED = 'ratchet_predictions_recorded_total{way="'

Turn = tuple[Hammered, float]  # what came back; the CPU that the gateway took for a request, µs


@dataclass(frozen=True, slots=True)
class Spread:
    """Of repetitions: the median, and between which values they lay."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:,.4g} ({self.lowest:,.4g} to {self.highest:,.4g})"


@dataclass(frozen=True, slots=True)
class Load:
    per_second: Spread
    p99_ms: Spread
    cpu_us: Spread  # of the gateway, a request
    load_share: float  # of one core, that the load itself took: at 1 it would be the bottleneck
    failed: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """Times the other's requests/s; and the other's CPU a request by ours, which a busy machine disturbs less."""

    by_rate: Spread
    by_cpu: Spread


@dataclass(frozen=True, slots=True)
class Alone:
    direct_ms: Spread
    added_ms: Spread  # with the broker's acknowledgement
    not_waiting_ms: Spread  # without
    undisturbed_ms: float  # the fastest hundredth, without: nearly what an idle machine would give
    failed: int


@dataclass(frozen=True, slots=True)
class Streams:
    chunks_per_second: Spread
    cpu_us: Spread  # of the router, a chunk
    load_share: float
    failed: int


@dataclass(frozen=True, slots=True)
class Memory:
    at: list[tuple[int, float]]  # requests so far, MB resident
    failed: int


def side_by_side(field: Field) -> tuple[dict[str, Load], dict[str, Ratio]]:
    """The loads, and how the router compares with each of the others, from turns that followed each other."""
    taken: dict[str, list[Turn]] = {name: [] for name in field.contenders}
    for _ in range(ROUNDS):
        for name, contender in field.contenders.items():
            taken[name].append(_turn(contender))
    ratios = {name: _ratio(taken[ROUTER], turns) for name, turns in taken.items() if name != ROUTER}
    return {name: _load(turns) for name, turns in taken.items()}, ratios


def _ratio(ours: Sequence[Turn], theirs: Sequence[Turn]) -> Ratio:
    pairs = list(zip(ours, theirs, strict=True))
    return Ratio(
        Spread.of([mine.per_second / max(1.0, other.per_second) for (mine, _), (other, _) in pairs]),
        Spread.of([other_cpu / mine_cpu for (_, mine_cpu), (_, other_cpu) in pairs]),
    )


def _turn(contender: Contender) -> Turn:
    hammer(contender.call, connections=CONNECTIONS, seconds=WARM_UP_S, warm_up_s=0)
    before = cpu_s(contender.pid)
    found = hammer(contender.call, connections=CONNECTIONS, seconds=SECONDS, warm_up_s=0)
    return found, 1e6 * (cpu_s(contender.pid) - before) / max(1, found.statuses.total())


def _load(turns: Sequence[Turn]) -> Load:
    return Load(
        Spread.of([found.per_second for found, _ in turns]),
        Spread.of([found.percentile_ms(0.99) for found, _ in turns]),
        Spread.of([cpu for _, cpu in turns]),
        max(found.own_cpu_s / found.seconds for found, _ in turns),
        sum(found.failed for found, _ in turns),
    )


def share_by_kafka(field: Field) -> float:
    """Of the router's events until now; the rest went to its own store, which costs it more."""
    with urllib.request.urlopen(f"http://127.0.0.1:{field.contenders[ROUTER].call.port}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    ways = {line[len(RECORDED) :].split('"')[0]: float(line.split()[-1]) for line in lines if line.startswith(RECORDED)}
    return ways["kafka"] / sum(ways.values())


def upstream_alone(field: Field) -> Hammered:
    return hammer(field.direct, connections=CONNECTIONS, seconds=SECONDS, warm_up_s=WARM_UP_S)


def one_at_a_time(field: Field) -> Alone:
    """What the router adds at the median to a call that goes to the upstream directly."""
    direct, added, not_waiting, undisturbed, failed = [], [], [], [], 0
    for _ in range(ROUNDS_ALONE):
        there = hammer(field.direct, connections=1, seconds=SECONDS_ALONE, warm_up_s=0.3)
        through = hammer(field.contenders[ROUTER].call, connections=1, seconds=SECONDS_ALONE, warm_up_s=0.3)
        direct.append(there.percentile_ms(0.5))
        added.append(through.percentile_ms(0.5) - there.percentile_ms(0.5))
        behind = hammer(field.not_waiting, connections=1, seconds=SECONDS_ALONE, warm_up_s=0.3)
        not_waiting.append(behind.percentile_ms(0.5) - there.percentile_ms(0.5))
        undisturbed.append(behind.percentile_ms(0.01) - there.percentile_ms(0.01))
        failed += through.failed + behind.failed
    return Alone(Spread.of(direct), Spread.of(added), Spread.of(not_waiting), min(undisturbed), failed)


def streamed(field: Field) -> Streams:
    pid, rates, cpus, failed, load = field.contenders[ROUTER].pid, [], [], 0, 0.0
    for _ in range(ROUNDS):
        hammer(field.flowing, connections=STREAMS, seconds=WARM_UP_S, warm_up_s=0)
        before = cpu_s(pid)
        turn = hammer(field.flowing, connections=STREAMS, seconds=SECONDS, warm_up_s=0)
        cpus.append(1e6 * (cpu_s(pid) - before) / max(1, turn.chunks))
        rates.append(turn.chunks_per_second)
        failed += turn.failed
        load = max(load, turn.own_cpu_s / turn.seconds)
    return Streams(Spread.of(rates), Spread.of(cpus), load, failed)


def memory(field: Field, requests: int) -> Memory:
    ours = field.contenders[ROUTER]
    at: list[tuple[int, float]] = []
    done = failed = 0
    for mark in range(1, MARKS + 1):
        while done < requests * mark / MARKS:
            found = hammer(ours.call, connections=CONNECTIONS, seconds=MEMORY_ROUND_S, warm_up_s=0)
            done += found.statuses[200]
            failed += found.failed
        at.append((done, resident_mb(ours.pid)))
    return Memory(at, failed)
