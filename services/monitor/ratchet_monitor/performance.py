"""How well it goes: what the tallies say of accuracy, confidence, time and cost of the answers.

Cache hits are counted, no more; vectors are not.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ratchet_monitor.behind import Behind
from ratchet_monitor.buckets import Tally
from ratchet_monitor.histogram import percentile_ms
from ratchet_monitor.intervals import wilson
from ratchet_monitor.observations import MICRO, MILLION, NANO
from ratchet_monitor.totals import Totals, answers, grouped, only, summed


@dataclass(frozen=True, slots=True)
class Numbers:
    """Means are null of nothing. `avg_latency` is in seconds; a percentile is off by 1 % of itself at most."""

    accuracy: float | None
    accuracy_interval: tuple[float, float] | None  # 95 %; corrected for who speaks: `/api/models/performance/accuracy`
    total_predictions: int
    cached_predictions: int
    scored_predictions: int
    avg_confidence: float | None
    avg_latency: float | None
    p50_latency_ms: float | None
    p95_latency_ms: float | None
    p99_latency_ms: float | None
    avg_cost: float | None
    error_rate: float | None
    calibration_error: float | None


@dataclass(frozen=True, slots=True)
class Performance(Numbers):
    by_version: dict[str, Numbers]
    by_model: dict[str, Numbers]
    by_task: dict[str, Numbers]
    behind: Behind | None = None


def performance(seen: Totals) -> Performance:
    found = answers(seen)
    return Performance(
        **asdict(numbers(found)),
        by_version={name: numbers(part) for name, part in grouped(found, lambda s: s.version_id).items()},
        by_model={name: numbers(part) for name, part in grouped(found, lambda s: s.model).items()},
        by_task={name: numbers(part) for name, part in grouped(found, lambda s: s.task_type).items()},
    )


def numbers(found: Totals) -> Numbers:
    made = summed(only(found, lambda subject: not subject.cached))
    hits = summed(only(found, lambda subject: subject.cached))
    return Numbers(
        accuracy=accuracy(made),
        accuracy_interval=_interval(made),
        total_predictions=made.predictions + hits.predictions,
        cached_predictions=hits.predictions,
        scored_predictions=made.scored,
        avg_confidence=mean(made.confidence, made.confident, MILLION),
        avg_latency=mean(made.latency, made.answered, MICRO),
        p50_latency_ms=_percentile(made, 50),
        p95_latency_ms=_percentile(made, 95),
        p99_latency_ms=_percentile(made, 99),
        avg_cost=mean(made.cost, made.predictions, NANO),
        error_rate=mean(made.failed, made.failed + made.answered, 1),
        calibration_error=calibration_error(made.calibration),
    )


def accuracy(tally: Tally) -> float | None:
    return mean(tally.score, tally.scored, MILLION)


def _interval(tally: Tally) -> tuple[float, float] | None:
    if not tally.scored:
        return None
    low, high = wilson(tally.score / tally.scored / MILLION, tally.scored)
    return round(low, 6), round(high, 6)


def mean(total: int, n: int, unit: int) -> float | None:
    return round(total / n / unit, 6) if n else None


def calibration_error(bins: Mapping[int, tuple[int, int, int]]) -> float | None:
    """Expected calibration error: how far mean confidence and mean score are apart in each bin, weighed by its size."""
    n = sum(counts[0] for counts in bins.values())
    apart = sum(abs(confidence - score) for _, confidence, score in bins.values())
    return mean(apart, n, MILLION)


def _percentile(tally: Tally, percent: float) -> float | None:
    found = percentile_ms(tally.latencies, percent)
    return None if found is None else round(found, 3)
