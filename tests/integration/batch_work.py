"""Batches of one tenant on the real store, worked on against fake providers by a clock that the test sets."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common.auth import Caller, Scope
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import Database
from ratchet_providers.base import ModelAnswer
from ratchet_providers.batching import BatchPlatform, BatchRequest, BatchState, Result
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret
from ratchet_providers.webhooks import Webhooks
from ratchet_providers.wire import Wire
from ratchet_router.api.batch_endpoints import ENDPOINTS
from ratchet_router.batches.batch import OVER, Batch, Item
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.creating import Batches, Wanted
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.batches.worker import Worker
from ratchet_router.batches.working import Budgets, Working
from tests.unit.router.asks import LARGE, MIDDLE, SMALL
from tests.unit.router.batches.fakes import FakeBatchPlatform, Purse
from tests.unit.router.fakes import World

CHAT = "/v1/chat/completions"
ELSEWHERE = msgspec.structs.replace(LARGE, provider="other")


@dataclass
class SlowPlatform(FakeBatchPlatform):
    """Its batches go on until it is told to `end` them. `fails`: nothing can be asked of it. `hangs`: nor submitted.

    `answers`: how many requests of a batch have a result. `no_room`: for so many batches. `adds`: to each answer.
    `breaks_off`: so many submissions, of which nothing came there.
    """

    end: bool = False
    fails: bool = False
    hangs: bool = False
    answers: int = 1_000_000
    no_room: int = 0
    adds: str = ""
    breaks_off: int = 0
    offered: int = 0
    cancelled: list[str] = field(default_factory=list)

    async def submit(self, name: str, requests: Mapping[str, BatchRequest]) -> str:
        self.offered += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.breaks_off:
            self.breaks_off -= 1
            raise ProviderError("unavailable", "the connection broke")
        return await super().submit(name, requests)

    async def results(
        self,
        id: str,  # noqa: A002
        requests: Mapping[str, BatchRequest],
    ) -> AsyncGenerator[tuple[str, Result], None]:
        answered = dict(list(requests.items())[: self.answers])
        async for key, result in super().results(id, answered):
            assert isinstance(result.answer, ModelAnswer)
            yield (
                key,
                replace(result, answer=msgspec.structs.replace(result.answer, output=result.answer.output + self.adds)),
            )

    async def state(self, id: str) -> BatchState:  # noqa: A002
        if self.fails:
            raise ProviderError("unavailable")
        if self.no_room:
            self.no_room -= 1
            return BatchState("failed", said="Too much waits here already.", later=True)
        return await super().state(id) if self.end else BatchState("running")

    async def cancel(self, id: str) -> None:  # noqa: A002
        self.cancelled.append(id)


class Work:
    """`platforms` by the providers' names; where there is none, requests are asked one by one."""

    def __init__(
        self, database: Database, platforms: Mapping[str, BatchPlatform], budgets: Budgets | None = None
    ) -> None:
        self.database, self.platforms = database, platforms
        self.store, self.files, self.singles = (
            MongoBatchStore(database),
            MongoFileStore(database),
            MongoSingleStore(database),
        )
        self.now = datetime.now(UTC)
        self.caller = Caller(sha256="0" * 64, tenant=f"tenant-{uuid4().hex[:8]}", scopes=frozenset(Scope))
        self.budgets: Budgets = budgets or Purse()
        self.world = World()
        self.again_s = 0.0

    def working(self) -> Working:
        catalogue = Catalogue({one.name: one for one in (SMALL, MIDDLE, ELSEWHERE)}, {})
        parts = replace(self.world.parts, catalogue=catalogue, batch_platforms=self.platforms)
        return Working(
            store=self.store,
            files=self.files,
            singles=self.singles,
            current=lambda: parts,
            plans=ENDPOINTS,
            budgets=self.budgets,
            poll_s=1,
            again_s=self.again_s,
            now=lambda: self.now,
        )

    async def batch(self, *lines: dict[str, Any]) -> Batch:
        return await self.batch_of(as_file(lines), lines[0]["url"])

    async def batch_of(self, content: AsyncGenerator[bytes, None], endpoint: str) -> Batch:
        batches = Batches(
            self.store,
            self.files,
            list(ENDPOINTS),
            kept=timedelta(days=7),
            file_bytes=512 * 1024 * 1024,
            callbacks=Callbacks(Webhooks(Wire(), private=False), Secret("")),
        )
        file = await batches.keep(self.caller, "in.jsonl", content, self.now)
        return await batches.create(Wanted(file.id, endpoint), self.caller, self.now)

    async def step(self, after: timedelta = timedelta(seconds=2)) -> None:
        """Everything that is due then."""
        self.now += after
        while await Worker(self.working()).round():
            pass

    async def found(self, batch: Batch) -> Batch:
        found = await self.store.get(batch.tenant, batch.id)
        assert found is not None
        return found

    async def ended(self, batch: Batch) -> Batch:
        while (found := await self.found(batch)).status not in OVER:
            await self.step()
        return found

    async def items(self, batch: Batch) -> list[Item]:
        return await self.store.results(batch.tenant, batch.id, after=0, limit=1_000)

    async def said(self, batch: Batch) -> dict[str, dict[str, Any]]:
        return {item.custom_id: msgspec.json.decode(item.said) for item in await self.items(batch)}

    async def told(self, batch: Batch) -> list[PredictionMade]:
        found = await self.database.batch_items.find({"tenant": batch.tenant, "batch": batch.id}).to_list()
        return [msgspec.json.decode(e["body"], type=PredictionMade) for d in found for e in d["outbox"]]


def ask(custom_id: str, model: str = "small", **how: Any) -> dict[str, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": "When?"}]} | how
    return {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}


async def as_file(lines: Iterable[dict[str, Any]]) -> AsyncGenerator[bytes, None]:
    for line in lines:
        yield json.dumps(line).encode() + b"\n"
