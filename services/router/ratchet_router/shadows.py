"""Copies of requests that a version in the shadow answers behind the callers' backs: a few at once, each once.

Nobody waits for them. What comes while too many wait is left out, and counted.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from contextvars import Context
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_common import trace_context
from ratchet_common.background import described
from ratchet_common.events import ShadowAnswered, Usage
from ratchet_common.trace_context import At
from ratchet_providers.base import ModelAnswer, ModelRequest, ProviderError, TimeLimits
from ratchet_router.ask import Ask
from ratchet_router.metrics import COST_OF_SHADOWS, SHADOW_ANSWERS, SHADOWS_LEFT_OUT
from ratchet_router.recording import Recorder, fitting
from ratchet_router.settings import RouterSettings
from ratchet_router.shaping import shaped
from ratchet_router.surroundings import Surroundings
from ratchet_router.target import Target

log = logging.getLogger(__name__)
NOTHING_USED: Final = Usage()
UNSURE: Final = "unsure"  # it would leave the request to others, which is how it serves, and no failure

WhyLeftOut = Literal["full", "resting", "busy", "no_platform", "too_large", "not_recorded"]
Record = Callable[[ShadowAnswered], Awaitable[bool]]  # False: nobody took it


class Copy(msgspec.Struct, frozen=True):
    """`result_id` and `answered_at`: of the answer that the caller got."""

    ask: Ask
    result_id: UUID
    answered_at: datetime
    target: Target
    request: ModelRequest
    text_limit_bytes: int
    traced: At | None = msgspec.field(default_factory=trace_context.here)  # where in a trace the caller was answered


class Shadows:
    """`at_once` and `waiting`: copies, at most. `patience_s`: for one answer."""

    def __init__(self, around: Surroundings, record: Record, *, at_once: int, waiting: int, patience_s: float) -> None:
        self._around, self._record = around, record
        self._at_once, self._most, self._patience_s = at_once, waiting, patience_s
        self._waiting: deque[Copy] = deque()
        self._working: set[asyncio.Task[None]] = set()
        self._one_student = asyncio.Lock()  # callers' own students wait for the same worker processes

    def limits(self, target: Target) -> TimeLimits:
        return replace(target.limits, total_s=min(target.limits.total_s, self._patience_s))

    def take(self, copy: Copy) -> None:
        """Returns at once."""
        if len(self._waiting) >= self._most and len(self._working) >= self._at_once:
            self.left_out("full")
            return
        self._waiting.append(copy)
        self._work()

    def left_out(self, why: WhyLeftOut) -> None:
        SHADOWS_LEFT_OUT.labels(why).inc()

    async def settled(self) -> None:
        """Returns once nothing is under way any more."""
        while self._working:
            await asyncio.wait(set(self._working))

    async def stop(self) -> None:
        """Nobody misses them."""
        self._waiting.clear()
        for task in self._working:
            task.cancel()
        await self.settled()

    def _work(self) -> None:
        if self._waiting and len(self._working) < self._at_once:
            of_no_request = Context()  # it outlives this one, and answers what others bring meanwhile
            task = asyncio.create_task(self._answer_what_waits(), context=of_no_request)
            self._working.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A copy for the shadow met a fault of ours: %s", described(error))
        self._work()

    async def _answer_what_waits(self) -> None:
        while self._waiting:
            copy = self._waiting.popleft()
            async with self._one_student if copy.target.artifact else nullcontext():
                with trace_context.at(copy.traced):
                    await self._answer(copy)

    async def _answer(self, copy: Copy) -> None:
        target, around = copy.target, self._around
        if not around.breakers.takes(target.name):
            self.left_out("resting")
            return
        gate = around.gates.of(target.at)
        if gate is not None and not gate.enters_beside():
            around.breakers.left(target.name)
            self.left_out("busy")
            return
        try:
            event = await self._asked(copy)
        finally:
            if gate is not None:
                gate.leave()
        SHADOW_ANSWERS.labels(event.task_type, event.outcome).inc()
        COST_OF_SHADOWS.inc(float(event.cost_usd))
        if not await self._record(event):
            self.left_out("not_recorded")

    async def _asked(self, copy: Copy) -> ShadowAnswered:
        breakers, name, began = self._around.breakers, copy.target.name, time.perf_counter()
        said: ModelAnswer | ProviderError
        try:
            async with asyncio.timeout(self._patience_s):
                said = await copy.target.provider.answer(copy.request)
        except ProviderError as error:
            said = error
        except TimeoutError:
            said = ProviderError("timeout")
        except BaseException:
            breakers.left(name)
            raise
        if isinstance(said, ProviderError) and said.kind != UNSURE:
            breakers.failed(name, said.kind, said.retry_after_s)
        else:
            breakers.answered(name)
        return _told(copy, said, round((time.perf_counter() - began) * 1000, 3))


def shadows_by(settings: RouterSettings, around: Surroundings, recorder: Recorder) -> Shadows:
    return Shadows(
        around,
        recorder.record_beside,
        at_once=settings.shadow_at_once,
        waiting=settings.shadow_waiting,
        patience_s=settings.shadow_answer_ms / 1000,
    )


def _told(copy: Copy, said: ModelAnswer | ProviderError, latency_ms: float) -> ShadowAnswered:
    """As of when the caller was answered, however long the copy has waited: so an erasure takes both or neither."""
    ask, target, usage = copy.ask, copy.target, said.usage or NOTHING_USED
    told: dict[str, Any]
    if isinstance(said, ProviderError):
        told = {"outcome": "ok" if said.kind == UNSURE else "failed", "error": said.kind}
    else:
        output = shaped(ask.task_type, said.output, ask.labels, items=said.items, label=said.label).output
        texts = fitting(ask.messages, output, copy.text_limit_bytes)
        told = {"outcome": "ok", "confidence": said.confidence, "simulated": said.simulated}
        told |= {"input": texts.input, "output": texts.output, "text_omitted": texts.text_omitted}
    return ShadowAnswered(
        tenant=ask.tenant,
        occurred_at=copy.answered_at,
        result_id=copy.result_id,
        task_type=ask.task_type,
        version_id=target.version_id,
        model=target.model,
        usage=usage,
        cost_usd=target.cost_of(usage),
        latency_ms=latency_ms,
        user=ask.user,
        labels=ask.labels,
        **told,
    )
