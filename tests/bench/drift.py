"""Are changes found soon, and are false alarms as rare as was asked? Ours beside river's detectors.

On SEA concepts (sea.py) the error of a classifier is watched that starts anew at each alarm: a change counts as found
within the next 1,500 points, and every other alarm as false. On streams that never change every alarm is false.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ratchet_monitor.drift.bands import BANDS, SHIFTS, bets, grown, refuted
from tests.bench.figure import Figure
from tests.bench.peer_detectors import PEERS, Ours, Watch
from tests.bench.sea import CHANGES, POINTS, NaiveBayes, sea

SEEDS: Final = 10
SOON: Final = 1_500
RATES: Final = (0.02, 0.2, 0.5)
STEADY: Final = 100_000  # points, in which one false alarm is allowed
STREAMS: Final = 50
PEERS_STREAMS: Final = 2
CHUNK: Final = 1_000
Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class Found:
    """On one stream of SEA concepts."""

    delays: tuple[int | None, ...]  # of each change; None: not found
    false: int


def run() -> list[Figure]:
    return [*on_sea(SEEDS), *_on_steady_streams(), _cost()]


def on_sea(seeds: int) -> list[Figure]:
    makers: dict[str, Callable[[], Watch]] = {"ours": lambda: Ours(1 / POINTS)} | PEERS
    found = watch_sea(makers, range(seeds))
    for name, streams in found.items():
        print(f"SEA, {name}: {_sea_in_words(streams)}")
    peers = "; ".join(f"{name}: {_sea_in_words(found[name])}" for name in PEERS)
    ours = found["ours"]
    all_found = sum(None not in one.delays for one in ours)
    most_false = max(one.false for one in ours)
    delays = sorted(delay for one in ours for delay in one.delays if delay is not None)
    return [
        Figure(
            name="drift: SEA streams on which 3 of 3 changes were found within 1,500 points",
            value=all_found,
            unit=f"of {len(ours)} (delay: median {np.median(delays):.0f}, longest {delays[-1]})",
            goal=f"{len(ours)} of {len(ours)}",
            met=all_found == len(ours),
            baseline=peers,
        ),
        Figure(
            name="drift: false alarms on a SEA stream of 60,000 points, at most",
            value=most_false,
            unit=f"({sum(one.false for one in ours)} on {len(ours)} streams)",
            goal="≤ 1",
            met=most_false <= 1,
        ),
    ]


def watch_sea(makers: dict[str, Callable[[], Watch]], seeds: Sequence[int]) -> dict[str, list[Found]]:
    streams = [sea(seed) for seed in seeds]
    features = np.stack([one[0] for one in streams] * len(makers), axis=1)  # (points, runs, features)
    classes = np.stack([one[1] for one in streams] * len(makers), axis=1)
    watches = [make() for make in makers.values() for _ in seeds]
    alarms: list[list[int]] = [[] for _ in watches]
    classifier = NaiveBayes(len(watches))
    for point in range(POINTS):
        wrong = (classifier.predict(features[point]) != classes[point]).astype(float).tolist()
        classifier.learn(features[point], classes[point])
        for run, error in enumerate(wrong):
            if watches[run].rose(error):
                alarms[run].append(point)
                classifier.forget(run)
    found = [judged(one) for one in alarms]
    return {name: found[at * len(seeds) : (at + 1) * len(seeds)] for at, name in enumerate(makers)}


def judged(alarms: Sequence[int]) -> Found:
    """The first alarm within SOON after a change finds it; all others are false."""
    delays = [next((at - change for at in alarms if change <= at <= change + SOON), None) for change in CHANGES]
    return Found(tuple(delays), len(alarms) - sum(delay is not None for delay in delays))


def _sea_in_words(streams: Sequence[Found]) -> str:
    delays = [delay for one in streams for delay in one.delays if delay is not None]
    median = f", median delay {np.median(delays):.0f}" if delays else ""
    false = sum(one.false for one in streams) / len(streams)
    return f"{len(delays)} of {len(streams) * len(CHANGES)} found{median}, {false:.1f} false a stream"


def _on_steady_streams() -> list[Figure]:
    figures = []
    for rate in RATES:
        ours = steady_alarms(rate, STREAMS, seed=7)
        low, high = poisson_interval(ours, STREAMS)
        peers = "; ".join(f"{name}: {_peers_alarms(name, rate):.1f}" for name in PEERS)
        print(f"steady at {rate}: {ours / STREAMS:.3f} [{low:.3f}, {high:.3f}] alarms in {STEADY:,} points; {peers}")
        figures.append(
            Figure(
                name=f"drift: false alarms in 100,000 points of a steady stream, rate {rate:g}",
                value=ours / STREAMS,
                unit=f"(95 %: {low:.2f} to {high:.2f}, {STREAMS} streams)",
                goal="≤ 1, the budget",
                met=ours / STREAMS <= 1,
                baseline=peers,
            )
        )
    return figures


def steady_alarms(rate: float, streams: int, *, seed: int, points: int = STEADY, stake: float = 1 / STEADY) -> int:
    """Alarms of our detector, rises and falls, on streams of chance side by side.

    What comes after an alarm is a stream of its own, and is watched in the next round.
    """
    random = np.random.default_rng(seed)
    left, alarms = np.full(streams, points), 0
    while left.size:
        first = _first_alarms(rate, left, stake, random)
        again = (first > 0) & (first < left)
        alarms += int((first > 0).sum())
        left = (left - first)[again]
    return alarms


def _first_alarms(
    rate: float, lengths: np.typing.NDArray[np.int64], stake: float, random: np.random.Generator
) -> np.typing.NDArray[np.int64]:
    """How many points each stream had when it first cried; 0 of never."""
    n = len(lengths)
    laid, above, below = bets(0.0), np.zeros((n, BANDS, len(SHIFTS))), np.ones((n, BANDS, len(SHIFTS)))
    open_still, first = np.ones((n, BANDS), bool), np.zeros(n, int)
    for at in range(int(lengths.max())):
        if at % CHUNK == 0:
            drawn = (random.random((CHUNK, n)) < rate).astype(float)
            columns = np.flatnonzero(open_still[(first == 0) & (at < lengths)].any(axis=0))
            if not columns.size:
                break
            laid, open_still = laid.only(columns), open_still[:, columns]
            above, below = above[:, columns], below[:, columns]
        above, below = grown(above, below, drawn[at % CHUNK][:, None, None], stake, laid)
        won = refuted(above)
        if won.any():
            above = np.minimum(above, 1.0)
            open_still &= ~won
            cried = ~open_still.any(axis=1) & (first == 0) & (at < lengths)
            first[cried] = at + 1
    return first


def _peers_alarms(name: str, rate: float) -> float:
    alarms = 0
    for seed in range(PEERS_STREAMS):
        watch = PEERS[name]()
        errors = (np.random.default_rng(seed).random(STEADY) < rate).astype(float).tolist()
        alarms += sum(watch.rose(error) for error in errors)
    return alarms / PEERS_STREAMS


def poisson_interval(events: int, over: float) -> tuple[float, float]:
    """95 %, of the rate: Wilson and Hilferty's approximation to the exact one of Garwood."""

    def end(n: int, z: float) -> float:
        return float(n * (1 - 1 / (9 * n) + z / (3 * n**0.5)) ** 3) if n else 0.0

    return end(events, -Z) / over, end(events + 1, Z) / over


def _cost() -> Figure:
    errors = (np.random.default_rng(1).random(20_000) < 0.1).astype(float).tolist()
    ours = _microseconds(Ours(1e-5), errors)
    peers = {name: _microseconds(make(), errors) for name, make in PEERS.items()}
    return Figure(
        name="drift: one update of a detector",
        value=ours,
        unit="µs",
        goal="",
        met=None,
        baseline="; ".join(f"{name}: {us:.2g} µs" for name, us in peers.items()),
    )


def _microseconds(watch: Watch, errors: Sequence[float]) -> float:
    started = time.process_time()
    for error in errors:
        watch.rose(error)
    return (time.process_time() - started) / len(errors) * 1e6
