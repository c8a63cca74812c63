"""Use case: feedback whose answer does not come. It is looked at once more, and then expires to a visible count."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ratchet_common import telemetry
from ratchet_common.measures import Found
from ratchet_feedback.joining import join
from ratchet_feedback.said import FeedbackStore, Saved

AT_ONCE = 200
SECOND_LOOK = timedelta(seconds=10)  # for feedback whose submission crashed between writing and looking


class WaitingStore(FeedbackStore, Protocol):
    async def due(self, now: datetime, limit: int) -> list[Saved]:
        """Pending feedback that should be looked at again."""

    async def wait_on(self, waiting: Collection[Saved], patience: timedelta) -> None: ...
    async def expire(self, waiting: Collection[Saved]) -> None: ...
    async def waiting(self) -> dict[str, int]:
        """How much feedback there is in the states that wait for an answer, or no longer do."""


def _now() -> datetime:
    return datetime.now(UTC)


async def look_again(store: WaitingStore, patience: timedelta, now: Callable[[], datetime] = _now) -> bool:
    """One round. True: there may be more at once."""
    due = await store.due(now(), AT_ONCE)
    found = {saved.about for saved in await join(due, store)} if due else set()
    without = [saved for saved in due if saved.about not in found]
    over = [saved for saved in without if saved.said_at + patience <= now()]
    await store.expire(over)
    await store.wait_on([saved for saved in without if saved not in over], patience)
    return len(due) == AT_ONCE


async def measure(store: WaitingStore) -> Found:
    return [
        (telemetry.WAITING, ("feedback", f"{state} feedback"), count)
        for state, count in (await store.waiting()).items()
    ]
