"""Use cases of the worker's part in a report: to compute what was given, and to write what was found; no model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.computed import Computed
from ratchet_router.reporting.from_documents import with_reported
from ratchet_router.reporting.jobs import Done, HasComputed, HasRefused, HasWritten, Job, ToCompute, ToWrite
from ratchet_router.reporting.metrics import ended
from ratchet_router.reporting.record import Refusal, ReportRecord, State
from ratchet_router.reporting.reported import Reported
from ratchet_router.reporting.store import WANTED
from ratchet_router.reporting.told import Told
from ratchet_router.reporting.wanted import Wanted
from ratchet_router.reporting.work_store import Held, MongoReportWork

AGAIN_AFTER: Final = timedelta(minutes=10)
CHOICE, COMPUTED, TOLD, WARNED = "choice", "computed", "told", "warned"  # parts that the steps leave to each other
GONE: Final = Refusal("lost", "What was asked for is not kept any more: ask again.")


class Reads(Protocol):
    """`from_documents.FromDocuments`."""

    async def reported(self, tenant: str, wanted: Wanted) -> Reported:
        """Nothing where it is not called for. Raises RetryLaterError."""


class Makes(Protocol):
    """`maker.Maker`."""

    async def done(self, job: Job) -> Done:
        """Raises DiedError."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Making:
    work: MongoReportWork
    maker: Makes
    documents: Reads
    now: Callable[[], datetime] = _now

    async def step(self, held: Held) -> None:
        """Raises OvertakenError, DiedError, RetryLaterError."""
        match held.record.state:
            case "computing":
                await self._compute(held)
            case "writing":
                await self._write(held)
            case "deleting":
                await self._delete(held)
            case "gone":
                await self.work.store.remove_parts(held.record.tenant, held.record.id)
                await self.work.forget(held)
            case other:
                raise AssertionError(f"no step of a worker: {other}")

    async def _compute(self, held: Held) -> None:
        wanted = await wanted_of(self.work, held)
        if wanted is None:
            await self.refuse(held, GONE)
            return
        found = await self.documents.reported(held.record.tenant, wanted)
        done = await self._computed(held, with_reported(wanted, found))
        if isinstance(done, HasComputed):
            its = _noted(done.computed, found)
            following: State = "answering" if wanted.asks_a_model else "writing"
            also = {"documents": list(found.documents)}
            await self.work.step(held, following, self.now(), {COMPUTED: msgspec.json.encode(its)}, also)
        else:
            await self._refused(held, done)

    async def _computed(self, held: Held, wanted: Wanted) -> Done:
        if not wanted.computes:  # the documents report nothing
            return HasComputed(Computed())
        chosen = await self.work.part(held, CHOICE)
        choice = msgspec.json.decode(chosen, type=Chosen) if chosen else None
        return await self.maker.done(ToCompute(wanted, choice))

    async def _write(self, held: Held) -> None:
        wanted = await wanted_of(self.work, held)
        if wanted is None:
            await self.refuse(held, GONE)
            return
        told, warned = await self.work.part(held, TOLD), await self.work.part(held, WARNED)
        job = ToWrite(
            report_id=id_of(held.record),
            wanted=wanted,
            computed=await computed_of(self.work, held),
            told=msgspec.json.decode(told, type=Told) if told else None,
            warned=msgspec.json.decode(warned, type=tuple[str, ...]) if warned else (),
            now=self.now(),
        )
        done = await self.maker.done(job)
        if isinstance(done, HasRefused) and (without := _without_answer(job, done)):
            done = await self.maker.done(without)
        if isinstance(done, HasWritten):
            await self.work.ready(held, done.made, self.now(), done.pages)
            ended("ready", (self.now() - held.record.created_at).total_seconds())
        else:
            await self._refused(held, done, job.computed.refused)

    async def _refused(self, held: Held, done: Done, also: Sequence[str] = ()) -> None:
        """`also`: sentences on why nothing was computed."""
        if not isinstance(done, HasRefused):
            raise AssertionError("another job was done than was asked for")
        await self.refuse(held, Refusal(done.type, " ".join((done.sentence, *also))))

    async def refuse(self, held: Held, refusal: Refusal) -> None:
        await self.work.fail(held, refusal, self.now())
        ended("failed", (self.now() - held.record.created_at).total_seconds())

    async def _delete(self, held: Held) -> None:
        """The record goes last: cut off anywhere, it is done anew."""
        await self.work.store.remove_parts(held.record.tenant, held.record.id)
        now = self.now()
        await self.work.gone(held, now, now + AGAIN_AFTER)


def _noted(computed: Computed, found: Reported) -> Computed:
    if found.statements:
        refused = (*computed.refused, *found.missing)
        return replace(computed, assumptions=(*computed.assumptions, *found.notes), refused=refused)
    return replace(computed, refused=(*computed.refused, *found.notes, *found.missing))


def _without_answer(job: ToWrite, refused: HasRefused) -> ToWrite | None:
    """What was computed and found is not lost by an answer that no page takes, such as one of 300,000 characters.
    None: nothing is left without it.
    """
    told, computed = job.told, job.computed
    if told is None or told.output is None or not (computed.figures or computed.plots or told.read):
        return None
    why = f"What {told.model or 'the model'} said was left out: {refused.sentence}"
    silent = replace(told, output=None, why=why, checks=(), confidence=None, confidence_source=None)
    return replace(job, told=silent)


async def wanted_of(work: MongoReportWork, held: Held) -> Wanted | None:
    found = await work.part(held, WANTED)
    return msgspec.json.decode(found, type=Wanted) if found else None


async def computed_of(work: MongoReportWork, held: Held) -> Computed:
    found = await work.part(held, COMPUTED)
    return msgspec.json.decode(found, type=Computed) if found else Computed()


def id_of(record: ReportRecord) -> UUID:
    return UUID(record.id.removeprefix("report_"))
