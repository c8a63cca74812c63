"""Calls to platforms, drawn apart: however many jobs fall due together, they are asked no faster than they may be."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Metrics, Order, RunEvent, Status, TrainingFile, Tuned, TuningPlatform

REQUESTS: Final[Mapping[str, int]] = {  # that a step takes at most, as a rule: of a page of a list, and no more
    "upload": 4,
    "find": 2,
    "create": 3,
    "status": 2,
    "events": 1,
    "cancel": 2,
    "result": 4,
    "metrics": 2,
    "discard": 4,
    "take_down": 1,
}


class Pace:
    """One request after another, with 1/`per_s` seconds between their beginnings; a step of several has their time."""

    def __init__(self, per_s: float) -> None:
        self._between, self._next = 1 / per_s, 0.0

    async def turn(self, requests: int = 1) -> None:
        now = time.monotonic()
        at = max(self._next, now)
        self._next = at + self._between * requests
        if at > now:
            await asyncio.sleep(at - now)


class Paced:
    """A platform whose every call waits for its turn."""

    def __init__(self, platform: TuningPlatform, pace: Pace) -> None:
        self._platform, self._pace = platform, pace

    @property
    def name(self) -> str:
        return self._platform.name

    @property
    def in_process(self) -> bool:
        return self._platform.in_process

    async def upload(self, order: Order, file: TrainingFile) -> str:
        await self._pace.turn(REQUESTS["upload"])
        return await self._platform.upload(order, file)

    async def find(self, order: Order) -> str | None:
        await self._pace.turn(REQUESTS["find"])
        return await self._platform.find(order)

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        await self._pace.turn(REQUESTS["create"])
        return await self._platform.create(order, files)

    async def status(self, run_id: str) -> Status:
        await self._pace.turn(REQUESTS["status"])
        return await self._platform.status(run_id)

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        await self._pace.turn(REQUESTS["events"])
        return await self._platform.events(run_id)

    async def cancel(self, run_id: str) -> None:
        await self._pace.turn(REQUESTS["cancel"])
        await self._platform.cancel(run_id)

    async def result(self, run_id: str) -> Tuned:
        await self._pace.turn(REQUESTS["result"])
        return await self._platform.result(run_id)

    async def metrics(self, run_id: str) -> Metrics:
        await self._pace.turn(REQUESTS["metrics"])
        return await self._platform.metrics(run_id)

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:
        await self._pace.turn(REQUESTS["discard"])
        await self._platform.discard(order, files)

    async def take_down(self, run_id: str, model: str) -> bool:
        await self._pace.turn(REQUESTS["take_down"])
        return await self._platform.take_down(run_id, model)
