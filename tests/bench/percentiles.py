"""How far are percentiles off that are read from merged sketches, on amounts with heavy tails?

A million amounts in 720 hours, each hour a sketch of its own that went through its stored form; then all are merged.
"""

import time
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ratchet_monitor.histogram import OLD_RATIO, OLD_SHORTEST_US
from ratchet_monitor.sketch import ACCURACY, Counts, Sketch
from tests.bench.figure import Figure

AMOUNTS: Final = 1_000_000
HOURS: Final = 720
SHARES: Final = (0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
PRICES: Final = (1e5, 3e5, 2.5e6, 1e7, 6e7)
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], Floats]

KINDS: Final[dict[str, Draw]] = {
    "latency, lognormal": lambda r: r.lognormal(13.5, 1.0, AMOUNTS),
    "latency of two models": lambda r: np.where(
        r.random(AMOUNTS) < 0.7, r.lognormal(11, 0.3, AMOUNTS), r.lognormal(15, 0.8, AMOUNTS)
    ),
    "cost, Pareto 1.1": lambda r: 1_000 * (1 + r.pareto(1.1, AMOUNTS)),
    "cost at five prices": lambda r: (
        r.choice(PRICES, AMOUNTS, p=(0.5, 0.3, 0.15, 0.04, 0.01)) * r.integers(1, 400, AMOUNTS)
    ),
}


def run() -> list[Figure]:
    return [_figure(name, draw(np.random.default_rng(11))) for name, draw in KINDS.items()]


def _figure(name: str, amounts: Floats) -> Figure:
    started = time.process_time()
    hours = [msgspec.msgpack.encode(_sketch(part).counts) for part in np.array_split(amounts, HOURS)]
    adding = time.process_time() - started
    month = Sketch()
    for stored in hours:
        month.merge(msgspec.msgpack.decode(stored, type=Counts))
    merging = time.process_time() - started - adding
    exact = np.quantile(amounts, SHARES, method="lower").tolist()
    off = max(abs((month.quantile(q) or 0) / true - 1) for q, true in zip(SHARES, exact, strict=True))
    size = len(msgspec.msgpack.encode(month.counts))
    print(
        f"{name}: {100 * off:.3f} %, {size:,} bytes, {1e6 * adding / AMOUNTS:.2f} µs an amount, "
        f"{1e6 * merging / HOURS:.0f} µs an hour merged"
    )
    return Figure(
        name=f"percentiles: furthest off the exact one, {name}",
        value=100 * off,
        unit=f"% (of {AMOUNTS:,} in {HOURS} hours; {size:,} bytes together)",
        goal="≤ 1 %",
        met=off <= ACCURACY,
        baseline=f"bins of 5 %, as latencies were kept in before: {100 * _off_in_bins(amounts, exact):.2g} %",
    )


def _sketch(amounts: Floats) -> Sketch:
    kept = Sketch()
    for amount in amounts.tolist():
        kept.add(amount)
    return kept


def _off_in_bins(amounts: Floats, exact: list[float]) -> float:
    """As latencies were kept in µs; costs are taken in the same bins."""
    bins = np.sort(np.maximum(0, np.ceil(np.log(np.maximum(amounts, 1) / OLD_SHORTEST_US) / np.log(OLD_RATIO))))
    ranks = np.maximum(1, np.ceil(np.array(SHARES) * AMOUNTS)).astype(int) - 1
    found = OLD_SHORTEST_US * OLD_RATIO ** (bins[ranks] - 0.5)
    return float(np.abs(found / np.array(exact) - 1).max())
