"""Use cases of the router's part in a report: a model chooses figures, and answers the question with what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from ratchet_common.auth import Caller
from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_figures.choosing import CannotChooseError, chosen_by_model
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.grounding.retrieving import grounded
from ratchet_router.parts import Parts
from ratchet_router.reporting.asks import to_answer, to_choose
from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.computed import Computed
from ratchet_router.reporting.known import known_of
from ratchet_router.reporting.making import CHOICE, GONE, TOLD, WARNED, computed_of, wanted_of
from ratchet_router.reporting.metrics import ended
from ratchet_router.reporting.record import Refusal
from ratchet_router.reporting.told import Told, told_of
from ratchet_router.reporting.wanted import Wanted
from ratchet_router.reporting.work_store import Held, MongoReportWork

PASSING: Final = frozenset({429, 502, 503, 504})  # by HTTP's status: what may be otherwise in a moment
PATIENT: Final = 3  # tries of a step, while what it needs is away


class ToBeAskedAgainError(RetryLaterError):
    """What the step needs is away: it is tried again a little later."""


def _now() -> datetime:
    return datetime.now(UTC)


async def _nobody_hung_up() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Asking:
    """`current`: the parts of the moment: they change when files are read anew."""

    work: MongoReportWork
    current: Callable[[], Parts]
    now: Callable[[], datetime] = _now

    async def step(self, held: Held) -> None:
        """Raises OvertakenError, RetryLaterError."""
        wanted = await wanted_of(self.work, held)
        if wanted is None:
            await self.refuse(held, GONE)
        elif held.record.state == "choosing":
            await self._choose(held, wanted)
        else:
            await self._answer(held, wanted)

    async def refuse(self, held: Held, refusal: Refusal) -> None:
        await self.work.fail(held, refusal, self.now())
        ended("failed", (self.now() - held.record.created_at).total_seconds())

    async def _choose(self, held: Held, wanted: Wanted) -> None:
        """Where the model's choice is none, rules choose, and the report says so."""
        known = known_of(wanted)
        if known is None:
            raise AssertionError("a choice of figures is asked for where nothing is to be computed")
        try:
            answered = await self._answered(held, to_choose(wanted, known, _caller(held)))
            choice = chosen_by_model(msgspec.json.decode(answered.output or ""), known)
        except (RefusedError, CannotChooseError, msgspec.DecodeError) as error:
            why = error.detail if isinstance(error, RefusedError) else str(error)
            warned = (f"The model did not choose the figures, and rules did: {why}",)
            await self.work.step(held, "computing", self.now(), {WARNED: msgspec.json.encode(warned)})
            return
        kept = Chosen.of(choice, f"The model {answered.model} chose the figures.")
        await self.work.step(held, "computing", self.now(), {CHOICE: msgspec.json.encode(kept)})

    async def _answer(self, held: Held, wanted: Wanted) -> None:
        computed = await computed_of(self.work, held)
        try:
            told = told_of(await self._answered(held, to_answer(wanted, computed.text, _caller(held))))
        except RefusedError as error:
            if not _stands_alone(computed):
                await self.refuse(held, Refusal(error.type, " ".join((error.detail, *computed.refused))))
                return
            told = Told(why=error.detail)
        also = {"documents": list(dict.fromkeys((*held.record.documents, *told.documents)))}
        await self.work.step(held, "writing", self.now(), {TOLD: msgspec.json.encode(told)}, also)

    async def _answered(self, held: Held, ask: Ask) -> Answered:
        """Raises RefusedError, ToBeAskedAgainError."""
        parts = self.current()
        try:
            return await answer(await grounded(ask, parts), parts, _nobody_hung_up)
        except RefusedError as error:
            if error.status in PASSING and held.record.begun < PATIENT:
                raise ToBeAskedAgainError(error.title) from error
            raise


def _stands_alone(computed: Computed) -> bool:
    """A report without an answer, of what was computed: why nothing was is said by the refusal as well."""
    return bool(computed.figures or computed.plots)


def _caller(held: Held) -> Caller:
    return msgspec.json.decode(held.record.caller, type=Caller)
