"""Thirty days of a tenant's answers, and the store filled with them as the service would have filled it.

Observations, scores and hits go in by the service's own store; each hour is built from them by the service's own
`Build`, and written by its own store; then its loop sums up the days. Only the way from Kafka, and reading each hour
back before it is built, are left out: `differs` builds some hours anew from what is stored, as the service does, and
compares. The same seed makes the same month.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from rich.progress import Progress

from ratchet_common.persons import digest
from ratchet_monitor.buckets import Build, Contents
from ratchet_monitor.downsampling import Spent, sum_up_once
from ratchet_monitor.filing import filed
from ratchet_monitor.hours import HOUR, BucketKey, Keeping, hours_between
from ratchet_monitor.ledger.sheet import Sheet, Summing
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.rebuild import Rebuild
from ratchet_monitor.scores import Score, by_result
from ratchet_monitor.store import MonitorStore

TENANT: Final = "bench"
DAYS: Final = 30
TASKS: Final = ("summary", "classification", "qa", "entities", "action_items")
MODELS: Final = ("large-model", "small-model", "local-student")
VERSIONS: Final = ("base", "tuned-1", "tuned-2")
TEMPLATES: Final = ("executive_summary_short_v1", "qa_with_context_v2", "classification_v1")
DOCUMENTS: Final = ("email", "meeting_notes", "contract", "financial_report")
LANGUAGES: Final = ("en", "en", "en", "de", "fr")
BUSY: Final = tuple(1.0 + 2.0 * (8 <= hour <= 18) for hour in range(24))  # three times as much by day
AT_ONCE: Final = 1_000
CHECKED: Final = 97  # of so many hours one is built anew
SILENT_S: Final = 120.0  # as long a store may think that is being filled


@dataclass(frozen=True, slots=True)
class Hour:
    key: BucketKey
    seen: list[Observation]
    hits: list[Hit]
    scores: list[Score]

    def built(self) -> tuple[Contents, Sheet]:
        hits = Counter(hit.origin for hit in self.hits)
        build, spent = Build(by_result(self.scores), hits), Summing()
        for one in self.seen:
            build.add(one)
            spent.observe(one, hits[one.result_id])
        return build.contents(), spent.sheet()


class Made(NamedTuple):
    hour: Hour
    contents: Contents
    sheet: Sheet


def month(answers: int, now: datetime, seed: int = 5) -> Iterator[Hour]:
    """`answers` in the hours of thirty days, that of `now` included, by the hour and the task."""
    rng = random.Random(seed)
    hours = hours_between(now - timedelta(days=DAYS) + HOUR, now)
    weights = [BUSY[hour.hour] for hour in hours]
    whole, given, passed = sum(weights), 0, 0.0
    for hour, weight in zip(hours, weights, strict=True):
        passed += weight
        wanted = round(answers * passed / whole) - given
        given += wanted
        shares = [wanted // len(TASKS)] * len(TASKS)
        shares[0] += wanted - sum(shares)
        for task, n in zip(TASKS, shares, strict=True):
            yield _hour(BucketKey(TENANT, task, hour), n, min(now, hour + HOUR), rng)


async def fill(store: MonitorStore, answers: int, now: datetime, progress: Progress) -> list[Hour]:
    """Returns a few of the hours, as they should be. While some are written, the next ones are made in a thread."""
    bar = progress.add_task("a month of answers", total=answers)
    kept: list[Hour] = []
    days: set[BucketKey] = set()
    number = 0
    hours, written = month(answers, now), asyncio.create_task(_write(store, ()))
    while some := await asyncio.to_thread(_some, hours):
        await written
        written = asyncio.create_task(_write(store, some))
        days |= {one.hour.key.of_day for one in some}
        kept += [one.hour for place, one in enumerate(some, number) if place % CHECKED == 0]
        number += len(some)
        progress.advance(bar, sum(len(one.hour.seen) for one in some))
    await written
    await store.buckets.changed_days.set(days)
    spent = Spent(store.ledger, store.ledger.of_days)
    summed = progress.add_task("their days", total=len(days))
    while await sum_up_once(store.buckets.changed_days, store.buckets, store.buckets.of_days, now, spent):
        progress.advance(summed)
    progress.remove_task(bar)
    progress.remove_task(summed)
    return kept


async def differs(store: MonitorStore, hours: Sequence[Hour], keeping: Keeping, now: datetime) -> int:
    """How many of these hours hold something else once the service builds them anew from what is stored."""
    before = {hour.key: await _stored(store, hour.key) for hour in hours}
    await store.changed.set(before.keys())
    days, sheets = store.buckets.changed_days, store.ledger.of_hours
    rebuild = Rebuild(store.facts, store.buckets, keeping, store.changed, then=(), days=days, ledger=sheets)
    while await rebuild.once(now):
        pass
    return sum([contents != await _stored(store, key) for key, contents in before.items()])


def _some(hours: Iterator[Hour]) -> list[Made]:
    """The next ones, of AT_ONCE answers or a few more; at the end none."""
    some: list[Made] = []
    answers = 0
    for hour in hours:
        some.append(Made(hour, *hour.built()))
        answers += len(hour.seen)
        if answers >= AT_ONCE:
            break
    return some


async def _write(store: MonitorStore, some: Sequence[Made]) -> None:
    hours = [one.hour for one in some]
    await store.facts.add_observations(filed(one for hour in hours for one in hour.seen))
    await store.facts.add_scores(filed(one for hour in hours for one in hour.scores))
    await store.facts.add_hits(filed(one for hour in hours for one in hour.hits))
    for hour, contents, sheet in some:
        await store.buckets.write(hour.key, contents, after=0)
        await store.ledger.of_hours.write(hour.key, sheet, built=1)


async def _stored(store: MonitorStore, key: BucketKey) -> Contents:
    whose = {"task": key.task.text}
    (found,) = [one async for one in store.buckets.of_hours.read(whose, key.hour, key.hour + HOUR)]
    return found.contents


def _hour(key: BucketKey, n: int, until: datetime, rng: random.Random) -> Hour:
    seen = [_answer(key, until, rng) for _ in range(n)]
    made = [one for one in seen if not one.cached]
    hits = [_hit(one, rng.choice(made)) for one in seen if one.cached and made]
    scores = [_word(one, rng) for one in made if one.outcome == "ok" and rng.random() < 0.1]
    return Hour(key, seen, hits, scores)


def _answer(key: BucketKey, until: datetime, rng: random.Random) -> Observation:
    at = key.hour + timedelta(seconds=rng.random() * max(1.0, (until - key.hour).total_seconds() - 1))
    cached, model = rng.random() < 0.1, rng.randrange(len(MODELS))
    confidence = None if rng.random() < 0.2 else round(rng.betavariate(8, 2) * 1e6)
    read = rng.random() < 0.04
    unit = digest(key.tenant, f"session-{rng.randrange(200_000)}")
    return Observation(
        result_id=_id(at, rng),
        tenant=key.tenant,
        task_type=key.task_type,
        version_id=VERSIONS[model if rng.random() < 0.8 else 0],
        model=MODELS[model],
        tier=("premium", "balanced", "fast")[model],
        template=rng.choice(TEMPLATES),
        approach="direct",
        document_type=rng.choice(DOCUMENTS),
        unit=unit,
        user=unit,
        assigned_by="share",
        revision=3,
        arm=VERSIONS[model],
        misshapen=rng.random() < 0.02,
        cached=cached,
        simulated=False,
        has_document=True,
        cost=0 if cached else round(rng.lognormvariate(13 - model, 0.8)),
        premium_cost=round(rng.lognormvariate(14, 0.8)),
        latency=round(rng.lognormvariate(14 - model, 0.7)),
        confidence=confidence,
        raw_confidence=confidence,
        output_length=round(rng.lognormvariate(6, 0.9)),
        input_length=round(rng.lognormvariate(8, 0.9)) if read else None,
        language=rng.choice(LANGUAGES) if read else "",
        word=rng.randrange(1024) if read else None,
        refusal=rng.random() < 0.01 if read else None,
        outcome="failed" if rng.random() < 0.01 else "ok",
        at=at,
        seen_at=at + timedelta(seconds=2),
    )


def _hit(its: Observation, origin: Observation) -> Hit:
    at, task = origin.at, its.task_type
    return Hit(result_id=its.result_id, origin=origin.result_id, tenant=its.tenant, task_type=task, at=at)


def _word(of: Observation, rng: random.Random) -> Score:
    satisfied = rng.choice((0, 1, 2, 2, 2))
    return Score(
        event_id=_id(of.at, rng),
        result_id=of.result_id,
        tenant=of.tenant,
        task_type=of.task_type,
        user=of.user,
        revision=1,
        score=satisfied * 500_000,
        satisfied=satisfied,
        at=of.at,
        scored_at=of.at + timedelta(minutes=5),
        unit=of.unit,
        revision_of_traffic=3,
        arm=of.arm,
        slices=(of.document_type,),
    )


def _id(at: datetime, rng: random.Random) -> UUID:
    """Of version 7, by the month's own chance."""
    number = (int(at.timestamp() * 1000) << 80) | (7 << 76) | (rng.getrandbits(12) << 64) | (2 << 62)
    return UUID(int=number | rng.getrandbits(62))
