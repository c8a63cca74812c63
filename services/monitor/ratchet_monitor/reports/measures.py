"""What is told of the answers of a time, of all or of a part: volume, quality, failures, cost, time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.drift.accuracy import scores_of_sums
from ratchet_monitor.histogram import percentile_ms
from ratchet_monitor.known import known
from ratchet_monitor.means import Mean, mean_of
from ratchet_monitor.observations import MILLION, NANO
from ratchet_monitor.performance import mean
from ratchet_monitor.prompts.grouping import together
from ratchet_monitor.prompts.performance import Measure, cost_of, latency_of, measure
from ratchet_monitor.prompts.uses import Uses

MOST: Final = 20  # models, versions and templates that are told apart; the rest together


@dataclass(frozen=True, slots=True)
class Measures:
    """Null of nothing. `uses`: answers that were made (`made`) and repeated out of the cache. All else is of those that
    were made. Costs in USD, `latency` in seconds of an answer. `satisfaction`: 1 where everybody was content."""

    uses: int
    made: int
    cached: int
    failed: int
    error_rate: float | None
    scored: int
    feedback_rate: float | None
    quality: Mean | None  # weighted by who gives feedback
    quality_raw: Mean | None
    covered: float
    judge: Mean | None
    ratings: int
    satisfaction: float | None
    negative_share: float | None
    cost: float
    cost_of_attempts: float
    saved_by_cache: float
    saved_by_routing: float
    cost_of_answer: Measure | None
    latency: Measure | None
    p50_latency_ms: float | None
    p95_latency_ms: float | None
    p99_latency_ms: float | None


def measures_of(uses: Uses) -> Measures:
    made = uses.made
    judge = known(scores_of_sums(made.judged, made.judged_score / MILLION))
    return Measures(
        uses=uses.total,
        made=made.predictions,
        cached=uses.cached,
        failed=made.failed,
        error_rate=mean(made.failed, made.failed + made.answered, 1),
        scored=made.scored,
        feedback_rate=mean(made.scored, made.answered, 1),
        quality=mean_of(uses.quality),
        quality_raw=mean_of(uses.quality_raw),
        covered=round(uses.heard.covered, 6),
        judge=mean_of(judge),
        ratings=made.ratings,
        satisfaction=mean(made.satisfied, made.ratings, 2),
        negative_share=mean(made.negative, made.ratings, 1),
        cost=round(made.cost / NANO, 6),
        cost_of_attempts=round(made.cost_of_attempts / NANO, 6),
        saved_by_cache=round(made.caching_saved / NANO, 6),
        saved_by_routing=round(made.routing_saved / NANO, 6),
        cost_of_answer=measure(cost_of(uses), 9),
        latency=measure(latency_of(uses)),
        p50_latency_ms=_percentile(made.latencies, 50),
        p95_latency_ms=_percentile(made.latencies, 95),
        p99_latency_ms=_percentile(made.latencies, 99),
    )


def largest(found: Mapping[str, Uses], most: int = MOST) -> dict[str, Uses]:
    """Those of the most uses by their names, what is beyond together."""
    by_size = sorted(found.items(), key=lambda one: (-one[1].total, one[0]))
    kept = dict(by_size[:most])
    if rest := [uses for _, uses in by_size[most:]]:
        kept[OTHERS] = together([*(kept[name] for name in (OTHERS,) if name in kept), *rest])
    return kept


def _percentile(latencies: Mapping[int, int], percent: float) -> float | None:
    found = percentile_ms(latencies, percent)
    return None if found is None else round(found, 3)
