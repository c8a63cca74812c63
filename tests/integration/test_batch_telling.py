"""Callbacks that nobody hears: told again later and later, and not for ever."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web

from ratchet_common import mongo
from ratchet_common.mongo import Database
from ratchet_common.pauses import LONGEST_PAUSE_S, TRIES
from ratchet_providers.secrets import Secret
from ratchet_providers.webhooks import Webhooks
from ratchet_providers.wire import Wire
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.telling import Telling
from tests.integration.batch_work import SlowPlatform, Work, ask
from tests.integration.conftest import Ground


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"telling-{uuid4().hex[:8]}")
    yield its
    await client.drop_database(its.name)
    await client.close()


@dataclass
class Deaf:
    """Answers with these statuses, one after another, and then with 204."""

    statuses: list[int]
    url: str = ""
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((request.headers["Ratchet-Signature"], await request.read()))
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": self.url} if status == 302 else {})


@asynccontextmanager
async def deaf(*statuses: int) -> AsyncIterator[Deaf]:
    its = Deaf(list(statuses))
    app = web.Application()
    app.router.add_post("/told", its.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
    try:
        yield its
    finally:
        await runner.cleanup()


class Told:
    """A batch that is over and has a callback, and those who tell of it."""

    def __init__(self, work: Work, wire: Wire, secret: Path) -> None:
        secret.write_text("s")
        self.work = work
        callbacks = Callbacks(Webhooks(wire, private=True), Secret(f"file:{secret}"))
        self.telling = Telling(work.store.take_untold, callbacks, lambda: work.now)
        self.id = ""

    async def over(self, url: str) -> None:
        batch = await self.work.batch(ask("a"))
        self.id = batch.id
        await self.work.database.batches.update_one({"_id": batch.id}, {"$set": {"callback": url}})
        await self.work.ended(batch)

    async def how(self) -> tuple[str, int]:
        found = await self.work.store.get(self.work.caller.tenant, self.id)
        assert found is not None
        return found.told, found.told_tries

    async def all_rounds(self) -> list[float]:
        """Seconds between the tries."""
        pauses: list[float] = []
        while await self.telling.round():
            found = await self.work.store.get(self.work.caller.tenant, self.id)
            assert found is not None
            if found.tell_at is None:
                return pauses
            pauses.append(found.tell_at - self.work.now.timestamp())
            assert not await self.telling.round()  # not before its time
            self.work.now += timedelta(seconds=pauses[-1] + 0.001)
        return pauses


async def test_who_hears_after_all_is_told_no_more(database: Database, tmp_path: Path) -> None:
    async with deaf(500, 302, 404) as its, Wire() as wire:
        told = Told(Work(database, {"simulated": SlowPlatform(end=True)}), wire, tmp_path / "secret")
        await told.over(its.url)
        pauses = await told.all_rounds()
    assert await told.how() == ("delivered", 4)
    assert [round(pause) for pause in pauses] == [5, 20, 80]
    assert len({body for _, body in its.heard}) == 1
    assert len({signed for signed, _ in its.heard}) == 4  # each with its own time


async def test_who_never_hears_is_given_up(database: Database, tmp_path: Path) -> None:
    async with Wire() as wire:
        told = Told(Work(database, {"simulated": SlowPlatform(end=True)}), wire, tmp_path / "secret")
        await told.over("http://127.0.0.1:9/told")
        pauses = await told.all_rounds()
    assert await told.how() == ("given_up", TRIES)
    assert pauses == sorted(pauses)
    assert max(pauses) <= LONGEST_PAUSE_S
