"""A rule's metric, out of the sums of its window. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ratchet_monitor.alerts.rules import Indicator, Metric, Objective
from ratchet_monitor.alerts.windows import Sums, hits, made
from ratchet_monitor.buckets import Tally
from ratchet_monitor.histogram import bin_of, percentile_ms
from ratchet_monitor.observations import MILLION, NANO


@dataclass(frozen=True, slots=True)
class Measured:
    value: float | None  # None of nothing
    n: int  # answers that it is of


def measured(metric: Metric, sums: Sums) -> Measured:
    """Of any metric but burn_rate."""
    return _METRICS[metric](sums)


def bad_of(objective: Objective, sums: Sums) -> tuple[int, int]:
    """Bad answers, and all that count. A slow one is known by its bin of the histogram: to 2 % of its time."""
    return _BAD[objective.indicator](made(sums), objective)


def _share(part: Callable[[Tally], int], whole: Callable[[Tally], int], unit: int = 1) -> Callable[[Sums], Measured]:
    def of(sums: Sums) -> Measured:
        tally = made(sums)
        n = whole(tally)
        return Measured(part(tally) / n / unit if n else None, n)

    return of


def _percentile(percent: float) -> Callable[[Sums], Measured]:
    def of(sums: Sums) -> Measured:
        tally = made(sums)
        return Measured(percentile_ms(tally.latencies, percent), tally.answered)

    return of


def _cost(sums: Sums) -> Measured:
    tally = made(sums)
    return Measured((tally.cost + tally.cost_of_attempts) / NANO, tally.predictions)


def _hit_rate(sums: Sums) -> Measured:
    repeated = hits(sums).predictions
    n = repeated + made(sums).predictions
    return Measured(repeated / n if n else None, n)


def _answers(sums: Sums) -> Measured:
    n = sum(tally.predictions for tally in sums.values())
    return Measured(float(n), n)


def _ended(tally: Tally) -> int:
    """Cancelled ones are nobody's failure."""
    return tally.failed + tally.answered


_METRICS: Final[dict[str, Callable[[Sums], Measured]]] = {
    "error_rate": _share(lambda t: t.failed, _ended),
    "format_error_rate": _share(lambda t: t.misshapen, lambda t: t.answered),
    "latency_p50_ms": _percentile(50),
    "latency_p95_ms": _percentile(95),
    "latency_p99_ms": _percentile(99),
    "cost_usd": _cost,
    "cost_per_answer_usd": _share(lambda t: t.cost, lambda t: t.predictions, NANO),
    "accuracy": _share(lambda t: t.score, lambda t: t.scored, MILLION),
    "feedback_rate": _share(lambda t: t.scored, lambda t: t.answered),
    "negative_share": _share(lambda t: t.negative, lambda t: t.ratings),
    "cache_hit_rate": _hit_rate,
    "answers": _answers,
}


def _slow(tally: Tally, objective: Objective) -> int:
    limit = bin_of(round(objective.latency_ms * 1000))
    return sum(n for number, n in tally.latencies.items() if number > limit)


_BAD: Final[dict[Indicator, Callable[[Tally, Objective], tuple[int, int]]]] = {
    "answered": lambda t, _: (t.failed, _ended(t)),
    "in_time": lambda t, o: (_slow(t, o), t.answered),
    "well_formed": lambda t, _: (t.misshapen, t.answered),
    "good": lambda t, _: (round((t.scored * MILLION - t.score) / MILLION), t.scored),
}
