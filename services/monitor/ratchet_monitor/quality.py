"""How good is a base model at a task, as measured, and what does its confidence mean?

The router prefers the first to the catalogue's prior, and tells callers the second.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid5

import msgspec

from ratchet_common.events import BASE_VERSION, Calibration, QualityMeasured
from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.calibration import apart, calibrations
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.intervals import wilson
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import MILLION
from ratchet_monitor.totals import Buckets, Totals, grouped, only, summed, totals

NAMESPACE = UUID("c7a5f3be-0a7d-5a0c-9d52-6f0f8a1f4e77")
DAYS = 30
WORTH_TELLING = 0.01
WORTH_CALIBRATING = 0.02
HYBRID = "hybrid_rag_finetuned"


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    score: float
    n: int
    interval: tuple[float, float]
    calibrations: tuple[Calibration, ...] = ()
    revision: int = 0  # how often it was told


class Qualities(Protocol):
    async def told(self, task: TaskKey) -> dict[str, Quality]:
        """What was told of a task last, by model."""

    async def tell(self, task: TaskKey, quality: Quality, event: QualityMeasured) -> None:
        """State and event in one write; changes nothing if this revision was told already."""


async def measure_once(marks: Marks[TaskKey], buckets: Buckets, qualities: Qualities, now: datetime) -> bool:
    """One marked task. False: none was free."""
    mark = await marks.take()
    if mark is None:
        return False
    task = mark.key
    before = await qualities.told(task)
    measured = qualities_of(await totals(buckets, task.tenant, DAYS, now, task.task_type))
    for quality in (news := worth_telling(before, measured)):
        await qualities.tell(task, quality, event_of(task, quality))
    if news and await _was_overtaken(task, news, qualities):
        await marks.put_back(mark)
    else:
        await marks.done(mark)
    return True


async def _was_overtaken(task: TaskKey, told: Collection[Quality], qualities: Qualities) -> bool:
    """Another worker told such a revision first, perhaps from less than was known here."""
    stands = await qualities.told(task)
    return any(stands.get(one.model, one) != one for one in told)


def qualities_of(found: Totals) -> dict[str, Quality]:
    """From the totals of one task. Of the catalogue's models: what was trained is compared, not measured, but for what
    its confidence means where it reads retrieved passages, which it was not trained on.
    """
    base = only(found, lambda s: s.version_id == BASE_VERSION and not s.cached)
    trained = only(found, lambda s: s.version_id != BASE_VERSION and not s.cached)
    return _reading(trained) | {
        model: Quality(
            model=model,
            score=score,
            n=tally.scored,
            interval=wilson(score, tally.scored),
            calibrations=calibrations(tally.reliability),
        )
        for model, part in grouped(base, lambda s: s.model).items()
        if model != OTHERS and (tally := summed(part)).scored
        for score in [tally.score / tally.scored / MILLION]
    }


def _reading(trained: Totals) -> dict[str, Quality]:
    """Score and number are of all that the version has answered."""
    found = {}
    for model, part in grouped(trained, lambda s: s.model).items():
        tally = summed(part)
        curves = tuple(one for one in calibrations(tally.reliability) if one.approach == HYBRID)
        if model != OTHERS and curves:
            score = tally.score / tally.scored / MILLION
            interval = wilson(score, tally.scored)
            found[model] = Quality(model=model, score=score, n=tally.scored, interval=interval, calibrations=curves)
    return found


def worth_telling(before: Mapping[str, Quality], measured: Mapping[str, Quality]) -> list[Quality]:
    """Those that changed enough, each under its next revision."""
    return [
        msgspec.structs.replace(new, revision=old.revision + 1 if old else 1)
        for model, new in measured.items()
        for old in [before.get(model)]
        if old is None or _is_news(old, new)
    ]


def _is_news(old: Quality, new: Quality) -> bool:
    if abs(new.score - old.score) >= WORTH_TELLING or new.n >= 2 * old.n:
        return True
    return apart(old.calibrations, new.calibrations) >= WORTH_CALIBRATING


def event_of(task: TaskKey, quality: Quality) -> QualityMeasured:
    return QualityMeasured(
        event_id=uuid5(NAMESPACE, f"{task.text}|{quality.model}|{quality.revision}"),
        tenant=task.tenant,
        task_type=task.task_type,
        model=quality.model,
        score=quality.score,
        n=quality.n,
        interval=quality.interval,
        calibrations=quality.calibrations,
    )
