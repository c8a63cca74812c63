"""An answered request is never forgotten: its event is acknowledged by Kafka, or lies in the router's own store."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from prometheus_client import Counter

from ratchet_common.alarms import Within
from ratchet_common.errors import RetryLaterError, UnavailableError
from ratchet_common.events import NOTHING, PredictionMade, ShadowAnswered
from ratchet_common.topics import TOPIC_OF

STORE_PATIENCE_S = 10.0
BEHIND = 5_000  # events behind their answers; with so many the next answer waits for its own
REST_S = 2.0  # after a failure: events go straight to the store, so that not every request waits in vain

RECORDED = Counter("ratchet_predictions_recorded", "How the predictions' events were made safe", ("way",))
BY_KAFKA, BY_STORE, BY_NOBODY = (RECORDED.labels(way) for way in ("kafka", "store", "nobody"))

Publish = Callable[[str, bytes, bytes], Awaitable[None]]
Heard = Callable[[PredictionMade], None]  # of each answer, as it is recorded
Told = PredictionMade | ShadowAnswered
Hold = Callable[[Told], Awaitable[None]]  # into the outbox; returns once the store has it


class NotRecordedError(UnavailableError):
    type = "not-recorded"
    title = "The answer could not be recorded"


@dataclass(frozen=True, slots=True)
class Texts:
    """The part of an event that people wrote, or why it is not there."""

    input: msgspec.Raw
    output: str | None
    text_omitted: Literal["", "too_large"] = ""


def fitting(messages: msgspec.Raw, output: str | None, limit_bytes: int) -> Texts:
    escaped = len(msgspec.json.encode(output)) - len('""') if output else 0  # as it travels: up to six times as long
    size = len(memoryview(messages)) + escaped
    return Texts(NOTHING, None, "too_large") if size > limit_bytes else Texts(messages, output)


class Recorder:
    """`forgets`: the bus loses all when it restarts, so every event goes through the store.

    `first`: an event is safe before its answer goes out; else it is made safe behind it, and a kill may lose it.
    """

    def __init__(
        self,
        publish: Publish,
        hold: Hold,
        *,
        forgets: bool,
        patience_s: float,
        answer_unrecorded: bool,
        first: bool = True,
        heard: Heard = lambda _: None,
    ) -> None:
        self._publish, self._hold = publish, hold
        self._forgets, self._patience_s, self._answer_unrecorded = forgets, patience_s, answer_unrecorded
        self._first, self._heard = first, heard
        self._rests_until = 0.0
        self._encode = msgspec.json.Encoder().encode
        self._kept: set[asyncio.Task[Any]] = set()

    async def record(self, event: PredictionMade) -> bool:
        """False: nobody took it, and a setting says to answer all the same. Raises NotRecordedError otherwise.

        Goes on behind the back of a request that is cancelled meanwhile, with the very same event: who has it already
        knows it by its id.
        """
        self._heard(event)
        if self._first or len(self._kept) >= BEHIND:
            try:
                return await self._recorded(event)
            except asyncio.CancelledError:
                self._go_on_with(event)
                raise
        self._go_on_with(event)
        return True

    async def _recorded(self, event: PredictionMade) -> bool:
        if not self._forgets and await self._by_kafka(event):
            BY_KAFKA.inc()
            return True
        if await self._by_store(event):
            BY_STORE.inc()
            return True
        BY_NOBODY.inc()
        if self._answer_unrecorded:
            return False
        raise NotRecordedError("Neither Kafka nor the router's store takes the record of this answer: try again later.")

    async def record_whatever_happens(self, event: PredictionMade) -> None:
        """For a request that is being cancelled: goes on behind its back."""
        await asyncio.wait({self._go_on_with(event)})

    async def record_beside(self, event: ShadowAnswered) -> bool:
        """Of what no caller waits for. False: nobody took it."""
        return (not self._forgets and await self._by_kafka(event)) or await self._by_store(event)

    async def settled(self) -> None:
        """Returns once nothing is on its way any more: each has a limit."""
        if self._kept:
            await asyncio.wait(set(self._kept))

    def _go_on_with(self, event: PredictionMade) -> asyncio.Task[bool]:
        task = asyncio.create_task(self._recorded(event))
        self._kept.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._kept.discard(task)
        if not task.cancelled():
            task.exception()  # counted by `_recorded` already

    async def _by_kafka(self, event: Told) -> bool:
        if time.monotonic() < self._rests_until:
            return False
        topic = TOPIC_OF[type(event)]
        try:
            with Within(self._patience_s):
                await self._publish(topic.name, topic.key(event).encode(), self._encode(event))
        except (RetryLaterError, TimeoutError):
            self._rests_until = time.monotonic() + REST_S
            return False
        return True

    async def _by_store(self, event: Told) -> bool:
        try:
            with Within(STORE_PATIENCE_S):
                await self._hold(event)
        except (RetryLaterError, TimeoutError):
            return False
        return True
