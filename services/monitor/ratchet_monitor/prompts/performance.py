"""How each template does over a time: volume, success, quality, cost and time, with intervals. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ratchet_monitor.blocks import Spread, ratio
from ratchet_monitor.buckets import OTHERS, Tally
from ratchet_monitor.histogram import percentile_ms
from ratchet_monitor.means import Mean, mean_of
from ratchet_monitor.observations import MICRO, NANO
from ratchet_monitor.prompts.grouping import all_uses, together
from ratchet_monitor.prompts.names import name_of
from ratchet_monitor.prompts.uses import Uses

MOST: Final = 200  # templates that are shown, those of the most uses


@dataclass(frozen=True, slots=True)
class Measure:
    """With its 95 % interval, by how days differ; no ends where fewer than five days are known."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PromptNumbers:
    """Null of nothing. `success_rate`: answers that came and passed their checks, of those that came or failed; with
    its interval as `success`. `avg_quality_score`: weighted by who gives feedback, with its interval as `weighted`;
    `raw`: every score counts once. `avg_cost` (USD) and `avg_latency` (seconds) of an answer, with their intervals as
    `cost` and `latency`. `first_used`, `last_used`: the hour, or the day, in which that was. All but the uses is of
    answers that were made.
    """

    template: str
    template_id: str
    version: int | None
    total_uses: int
    cached_uses: int
    share_of_uses: float
    tasks: list[str]
    document_types: list[str]
    first_used: datetime | None
    last_used: datetime | None
    success_rate: float | None
    success: Mean | None
    scored: int
    avg_quality_score: float | None
    weighted: Mean | None
    raw: Mean | None
    avg_cost: float | None
    cost: Measure | None
    total_cost: float
    avg_latency: float | None
    latency: Measure | None
    p50_latency_ms: float | None
    p95_latency_ms: float | None
    p99_latency_ms: float | None


@dataclass(frozen=True, slots=True)
class PromptGroup:
    """A template with all of its versions that were used."""

    whole: PromptNumbers
    versions: list[PromptNumbers]


def performance(found: Mapping[str, Uses]) -> list[PromptGroup]:
    """Those of the most uses first. What was counted as that of others is no template."""
    groups: dict[str, dict[str, Uses]] = {}
    for name, uses in found.items():
        if name == OTHERS:
            continue
        groups.setdefault(name_of(name).template_id, {})[name] = uses
    whole = all_uses(found)
    told = [
        PromptGroup(
            numbers(template_id, together(its.values()), whole),
            [numbers(name, uses, whole) for name, uses in sorted(its.items(), key=lambda one: name_of(one[0]))],
        )
        for template_id, its in groups.items()
    ]
    return sorted(told, key=lambda one: (-one.whole.total_uses, one.whole.template))[:MOST]


def numbers(name: str, uses: Uses, of_all: int) -> PromptNumbers:
    made, named, quality, success = uses.made, name_of(name), uses.quality, uses.success
    cost, latency = measure(cost_of(uses), 9), measure(latency_of(uses))
    return PromptNumbers(
        template=name,
        template_id=named.template_id,
        version=named.version or None,
        total_uses=uses.total,
        cached_uses=uses.cached,
        share_of_uses=round(uses.total / of_all, 6) if of_all else 0.0,
        tasks=sorted({place.task_type for place in uses.places}),
        document_types=sorted({place.document_type for place in uses.places if place.document_type}),
        first_used=uses.first,
        last_used=uses.last,
        success_rate=round(success.mean, 6) if success else None,
        success=mean_of(success),
        scored=made.scored,
        avg_quality_score=round(quality.mean, 6) if quality else None,
        weighted=mean_of(quality),
        raw=mean_of(uses.quality_raw),
        avg_cost=cost.value if cost else None,
        cost=cost,
        total_cost=round(made.cost / NANO, 6),
        avg_latency=latency.value if latency else None,
        latency=latency,
        p50_latency_ms=_percentile(made, 50),
        p95_latency_ms=_percentile(made, 95),
        p99_latency_ms=_percentile(made, 99),
    )


def cost_of(uses: Uses) -> Spread | None:
    """USD of an answer, by how blocks differ."""
    return ratio((cost / NANO, n) for cost, n in uses.blocks("cost", "predictions"))


def latency_of(uses: Uses) -> Spread | None:
    """Seconds of an answer, by how blocks differ."""
    return ratio((latency / MICRO, n) for latency, n in uses.blocks("latency", "answered"))


def measure(found: Spread | None, digits: int = 6) -> Measure | None:
    """Nothing costs less than nothing: the lower end is 0 at least."""
    if found is None:
        return None
    low, high = found.interval() or (None, None)
    return Measure(
        round(found.value, digits),
        None if low is None else round(max(0.0, low), digits),
        None if high is None else round(high, digits),
    )


def _percentile(tally: Tally, percent: float) -> float | None:
    found = percentile_ms(tally.latencies, percent)
    return None if found is None else round(found, 3)
