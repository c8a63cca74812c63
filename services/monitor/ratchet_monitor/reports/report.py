"""What a report says, whatever page it stands on; and how it is made of what is known. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ratchet_monitor.behind import Behind
from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.counted import Counted, Sums
from ratchet_monitor.drift.accuracy import scores_of_sums
from ratchet_monitor.histogram import percentile_ms
from ratchet_monitor.hours import Keeping
from ratchet_monitor.kinds import bins_of
from ratchet_monitor.known import known as known_mean
from ratchet_monitor.means import mean_of
from ratchet_monitor.observations import MILLION, NANO
from ratchet_monitor.prompts.best import Best, best
from ratchet_monitor.prompts.grouping import Grouped, all_uses, others_in, together
from ratchet_monitor.prompts.performance import PromptNumbers, numbers
from ratchet_monitor.prompts.places import Use, template_of
from ratchet_monitor.prompts.retiring import Suggestion, unused_ones, worse_ones
from ratchet_monitor.prompts.uses import Uses
from ratchet_monitor.reports.changes import Change, CostChange, changes, cost_change
from ratchet_monitor.reports.happenings import MOST, AlertThen, ExperimentThen, is_drift
from ratchet_monitor.reports.measures import Measures, largest, measures_of
from ratchet_monitor.reports.noting import notes_on
from ratchet_monitor.reports.pointing import points
from ratchet_monitor.reports.spans import Rhythm, Span

LONG: Final = ("monthly", "quarterly")  # of which it is said what was not used any more
MOST_TEMPLATES: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """Of a task, model or version; null where it had no answer."""

    name: str
    now: Measures | None
    before: Measures | None


@dataclass(frozen=True, slots=True)
class Point:
    """A block of the time: an hour, a day, or seven days. `quality`: as people spoke, with its 95 % interval; null of
    nothing."""

    at: datetime
    label: str
    made: int
    cached: int
    failed: int
    cost: float
    scored: int
    quality: float | None
    quality_low: float | None
    quality_high: float | None
    p50_latency_ms: float | None
    p95_latency_ms: float | None


@dataclass(frozen=True, slots=True)
class Prompts:
    """`best`: where at least two templates were used. `others`: uses of templates that are not told apart."""

    templates: list[PromptNumbers]
    best: list[Best]
    to_retire: list[Suggestion]
    others: int


@dataclass(frozen=True, slots=True)
class Report:
    """Of the time from `since` on, before `until`, beside that from `before_since` to `since`. `counted_until`: what
    was known then is counted. `over`: the time is over. `settled`: nothing that comes later changes the numbers."""

    rhythm: Rhythm
    name: str
    before_name: str
    since: datetime
    until: datetime
    before_since: datetime
    counted_until: datetime
    over: bool
    settled: bool
    points: list[str]  # what to look at, the gravest first
    notes: list[str]  # on what the numbers mean, and what is missing
    now: Measures
    before: Measures
    cost: CostChange
    cost_of_shadows: float
    cost_of_shadows_before: float
    changes: list[Change]
    by_task: list[Part]
    by_model: list[Part]
    by_version: list[Part]
    series: list[Point]
    drift: list[AlertThen]
    alerts: list[AlertThen]
    experiments: list[ExperimentThen]
    prompts: Prompts
    behind: Behind | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that a report is made of. Shadows in nano-USD."""

    span: Span
    at: datetime
    keeping: Keeping
    now: Grouped
    before: Grouped
    shadows: int
    shadows_before: int
    alerts: Sequence[AlertThen]
    experiments: Sequence[ExperimentThen]
    behind: Behind | None = None


def report_of(known: Known) -> Report:
    span = known.span
    whole, by_task, by_model, by_version, by_template = _sides(known, _all, _task, _model, _version, template_of)
    now, before = whole.get("", (Uses(), Uses()))
    tasks = [(name, *sides) for name, sides in by_task.items()]
    found = changes([("", now, before), *(tasks if len(tasks) > 1 else ())])
    prompts = _prompts(known, by_template)
    drift = [one for one in known.alerts if is_drift(one)]
    others = [one for one in known.alerts if not is_drift(one)]
    told, was, cost = measures_of(now), measures_of(before), cost_change(now, before)
    return Report(
        rhythm=span.rhythm,
        name=span.name,
        before_name=span.before.name,
        since=span.since,
        until=span.until,
        before_since=span.before.since,
        counted_until=known.at,
        over=known.at >= span.until,
        settled=known.keeping.sealed(span.until, known.at),
        points=points(told, was, cost, found, known.alerts, known.experiments, prompts.to_retire),
        notes=notes_on(span, known.keeping, known.at, told, prompts.others, known.behind),
        now=told,
        before=was,
        cost=cost,
        cost_of_shadows=round(known.shadows / NANO, 6),
        cost_of_shadows_before=round(known.shadows_before / NANO, 6),
        changes=found,
        by_task=_parts(by_task),
        by_model=_parts(by_model),
        by_version=_parts(by_version),
        series=_series(known.now.counted, now, span),
        drift=drift[:MOST],
        alerts=others[:MOST],
        experiments=list(known.experiments)[:MOST],
        prompts=prompts,
        behind=known.behind,
    )


Sides = dict[str, tuple[Uses, Uses]]  # by name: now and before


def _all(_: Use) -> str:
    return ""


def _task(use: Use) -> str:
    return use.place.task_type


def _model(use: Use) -> str:
    return use.place.model


def _version(use: Use) -> str:
    return use.place.version_id


def _sides(known: Known, *names: Callable[[Use], str]) -> list[Sides]:
    each = zip(known.now.by(*names), known.before.by(*names), strict=True)
    return [
        {one: (now.get(one, Uses()), before.get(one, Uses())) for one in sorted(now.keys() | before.keys())}
        for now, before in each
    ]


def _parts(sides: Sides) -> list[Part]:
    """Those of the most uses first, and what is beyond as one."""
    now = largest({name: both[0] for name, both in sides.items()})
    before: dict[str, list[Uses]] = {}
    for name, (_, was) in sides.items():
        before.setdefault(name if name in now else OTHERS, []).append(was)
    return [Part(name, _told(uses), _told(together(before.get(name, ())))) for name, uses in now.items()]


def _told(uses: Uses) -> Measures | None:
    return measures_of(uses) if uses.total else None


def _series(counted: Counted, of_all: Uses, span: Span) -> list[Point]:
    whole = of_all.summed()
    return [_point(number, counted, whole.get(number, Sums()), span) for number in range(counted.blocks.blocks)]


def _point(number: int, counted: Counted, sums: Sums, span: Span) -> Point:
    at, latencies = counted.blocks.start(number), bins_of(counted.latencies_by_block[number])
    quality = mean_of(known_mean(scores_of_sums(sums.scored, sums.score / MILLION)))
    return Point(
        at=at,
        label=span.label(at, counted.blocks.end(number)),
        made=sums.predictions,
        cached=sums.cached,
        failed=sums.failed,
        cost=round(sums.cost / NANO, 6),
        scored=sums.scored,
        quality=quality.value if quality else None,
        quality_low=quality.interval[0] if quality else None,
        quality_high=quality.interval[1] if quality else None,
        p50_latency_ms=percentile_ms(latencies, 50),
        p95_latency_ms=percentile_ms(latencies, 95),
    )


def _prompts(known: Known, by_template: Sides) -> Prompts:
    now, before = (
        {name: sides[side] for name, sides in by_template.items() if name and sides[side].parts} for side in (0, 1)
    )
    found = best(now)
    gone: list[Suggestion] = []
    if known.span.rhythm in LONG and known.at >= known.span.until:
        both = {name: together(filter(None, (now.get(name), before.get(name)))) for name in now.keys() | before.keys()}
        gone = unused_ones(both, now.keys(), known.span.until - known.span.since)
    whole = all_uses(now)
    named = [one for one in now.items() if one[0] != OTHERS]
    most_used = sorted(named, key=lambda one: (-one[1].total, one[0]))[:MOST_TEMPLATES]
    return Prompts(
        templates=[numbers(name, uses, whole) for name, uses in most_used],
        best=[one for one in found if len(one.candidates) > 1],
        to_retire=[*worse_ones(now, {one.best for one in found}), *gone],
        others=others_in(now),
    )
