"""One step of one report a round, under its lease. Whatever is cut off half-way is taken up by the next worker."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from ratchet_common.errors import RetryLaterError
from ratchet_router.reporting.record import Refusal
from ratchet_router.reporting.work_store import Held, MongoReportWork
from ratchet_router.under_lease import OvertakenError, under_lease

MOST_TRIES: Final = 5  # of a step, that came to no orderly end: the worker died, or failed in a way nobody foresaw
NO_END: Final = Refusal(
    "no_end", f"A step of it was begun {MOST_TRIES} times and came to no end: the log of the workers says more."
)
PUT_OFF: Final = timedelta(seconds=5)  # where something is away; longer from time to time
log = logging.getLogger(__name__)


class Steps(Protocol):
    """`making.Making`, or `asking.Asking`."""

    def step(self, held: Held) -> Coroutine[Any, Any, None]:
        """Raises OvertakenError, RetryLaterError."""

    async def refuse(self, held: Held, refusal: Refusal) -> None: ...


def _now() -> datetime:
    return datetime.now(UTC)


class Worker:
    def __init__(self, work: MongoReportWork, steps: Steps, now: Callable[[], datetime] = _now) -> None:
        self._work, self._steps, self._now = work, steps, now

    async def round(self) -> bool:
        """True: there may be more at once. Raises RetryLaterError."""
        held = await self._work.take(self._now())
        if held is None:
            return False
        try:
            await under_lease(self._work, held, f"the report {held.record.id}", self._step(held))
        except OvertakenError as error:
            log.info("%s", error)
        except RetryLaterError as error:
            log.warning("The report %s waits: %s", held.record.id, error)
            with contextlib.suppress(OvertakenError):  # another has it now, and goes on with it
                await self._work.put_off(held, self._now() + PUT_OFF * held.record.begun, counts=True)
        except asyncio.CancelledError:  # told to stop: the next worker shall not take it for a death
            with contextlib.suppress(RetryLaterError):  # where the store is away, its lease ends by itself
                await self._work.put_off(held, self._now())
            with contextlib.suppress(RetryLaterError):
                await self._work.release(held)
            raise
        await self._work.release(held)  # nothing where another has it by now
        return True

    async def _step(self, held: Held) -> None:
        if held.record.begun >= MOST_TRIES and held.record.state not in ("deleting", "gone"):
            await self._steps.refuse(held, NO_END)
            return
        await self._work.begin(held)
        await self._steps.step(held)
