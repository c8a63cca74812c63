"""Use case: events become facts under their own ids; then the hours that they touch are marked."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from ratchet_common.events import FeedbackJoined, PredictionMade, TrafficAssigned
from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.experiments import Experiment, experiment_of
from ratchet_monitor.filing import F, Filed, filed
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.marks import Marks
from ratchet_monitor.measuring import NOT_MEASURED, Measuring
from ratchet_monitor.observations import Hit, Observation, hit_of, observation_of
from ratchet_monitor.scores import Score, score_of
from ratchet_monitor.traffic import Traffic, traffic_of

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class FactStore(Protocol):
    """Each fact under its own id: what is there already stays as it is."""

    async def add_observations(self, observations: Filed[Observation]) -> None: ...
    async def add_hits(self, hits: Filed[Hit]) -> None: ...
    async def add_scores(self, scores: Filed[Score]) -> None: ...
    async def add_late(self, late: Collection[Observation | Score]) -> None: ...


class TrafficStore(Protocol):
    async def assign(self, traffic: Traffic, experiment: Experiment | None, at: datetime) -> bool:
        """False: a higher revision is known, and nothing changed."""


class Intake:
    def __init__(
        self,
        facts: FactStore,
        changed: Marks[BucketKey],
        keeping: Keeping,
        clock: Clock = utc_now,
        measuring: Measuring | None = None,
        streams: Marks[BucketKey] | None = None,
    ) -> None:
        """`measuring` None: no text is read. `streams`: where hours are marked, too, whose answers are watched."""
        self._facts, self._changed, self._keeping, self._clock = facts, changed, keeping, clock
        self._measuring, self._streams = measuring, streams

    async def predictions(self, made: Sequence[PredictionMade]) -> None:
        now = self._clock()
        measures = self._measuring.of(made) if self._measuring else {}
        seen = [observation_of(event, now, measures.get(event.result_id, NOT_MEASURED)) for event in made]
        fresh, late = self._parted(seen, now)
        hits, _ = self._parted([hit for event in made if (hit := hit_of(event, now))], now)
        await self._facts.add_observations(fresh)
        await self._facts.add_hits(hits)
        await self._facts.add_late(late)
        await self._changed.set(fresh.keys() | hits.keys())
        await self._watch(fresh.keys())

    async def feedback(self, joined: Sequence[FeedbackJoined]) -> None:
        """The prediction need not be here yet: the score waits in the hour where it will be looked for."""
        now = self._clock()
        said = [score_of(event, now) for event in joined if not event.is_weak]
        fresh, late = self._parted(said, now)
        await self._facts.add_scores(fresh)
        await self._facts.add_late(late)
        await self._changed.set(fresh.keys())
        await self._watch(fresh.keys())

    async def _watch(self, touched: Collection[BucketKey]) -> None:
        if self._streams:
            await self._streams.set({bucket for bucket in touched if bucket.task_type != EMBEDDING})

    def _parted(self, facts: Iterable[F], now: datetime) -> tuple[Filed[F], list[F]]:
        """Those whose hours still change, and those that come too late for theirs."""
        fresh, late = filed(facts), list[F]()
        for bucket in [bucket for bucket in fresh if self._keeping.sealed(bucket.hour, now)]:
            late += fresh.pop(bucket)
        return fresh, late


async def on_traffic(
    assigned: Sequence[TrafficAssigned], store: TrafficStore, compare: Marks[TaskKey], clock: Clock = utc_now
) -> None:
    for event in assigned:
        traffic = traffic_of(event)
        if await store.assign(traffic, experiment_of(event), clock()):
            await compare.set({traffic.task})
