"""A router that is killed again and again while it puts single requests together, submits batches and keeps results."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web

from ratchet_cli.stack.start import start_stack
from ratchet_common import mongo
from tests.integration.batch_site import CATALOGUE
from tests.integration.batch_upstream import BatchUpstream, batch_upstream
from tests.integration.conftest import Ground
from tests.integration.router_process import Process, router_process
from tests.integration.router_site import until
from tests.places import store_folder

SINGLES, LINES, KILLS = 40, 30, 5
ENVIRONMENT = {
    "ROUTER_BATCH_POLL_MS": "100",
    "ROUTER_BATCH_AGAIN_MS": "0",
    "ROUTER_BATCH_GROUP_ITEMS": "7",
    "ROUTER_BATCH_GROUP_S": "1",
}
OVER = ("completed", "failed")


@dataclass
class SlowUpstream(BatchUpstream):
    """Takes its time over a submission, before it counts and after it."""

    rng: random.Random = field(default_factory=lambda: random.Random(7))

    async def create(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.rng.random() * 0.3)
        answer = await super().create(request)
        await asyncio.sleep(self.rng.random() * 0.3)
        return answer

    def texts(self) -> Counter[str]:
        """How often each request was submitted."""
        files = [self.files[batch["input_file_id"]] for batch in self.batches.values()]
        lines = [json.loads(line) for file in files for line in file.splitlines()]
        return Counter(line["body"]["messages"][-1]["content"] for line in lines)


def text() -> str:
    return f"Please send draft {uuid4().hex}."


def asked(said: str) -> dict[str, Any]:
    return {"model": "cheap", "messages": [{"role": "user", "content": said}]}


async def sent(router: Process, path: str, body: dict[str, Any], key: str) -> str:
    """Its id. As a careful client: again under the same key until there is an answer."""
    while True:
        try:
            async with router.client.post(path, json=body, headers={"Idempotency-Key": key}) as answer:
                if answer.status < 300:
                    return str((await answer.json())["id"])
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.2)


async def kill(router: Process, database: mongo.Database) -> None:
    await asyncio.to_thread(router.victim.kill_and_start_again)
    await asyncio.to_thread(router.victim.wait_until_ready)
    for of in (database.batches, database.batch_groups):  # a test does not wait until they run out
        await of.update_many({}, {"$set": {"lease.until_ms": 0, "due_at": 0.0}})


@pytest.mark.slow
async def test_nothing_is_submitted_twice_and_everything_is_answered(tmp_path: Path) -> None:
    texts = [text() for _ in range(SINGLES)]
    lines = [text() for _ in range(LINES)]
    endpoint = "/v1/chat/completions"
    with store_folder() as folder, start_stack(folder / "stack") as stack:
        ground = Ground(stack.kafka_bootstrap_servers, stack.mongodb_url, idempotence=False, forgets=True)
        database = mongo.database(mongo.connect(stack.mongodb_url), "router")
        async with batch_upstream(SlowUpstream()) as up:
            models = CATALOGUE.format(url=up.url, claudes="http://127.0.0.1:9")
            async with router_process(ground, tmp_path, models, **ENVIRONMENT) as router:
                items = [{"custom_id": f"l{n}", "request": asked(one)} for n, one in enumerate(lines)]
                whole = asyncio.create_task(
                    sent(router, "/api/batches", {"endpoint": endpoint, "items": items}, "whole")
                )
                singles = [
                    asyncio.create_task(
                        sent(router, "/api/batches/items", {"endpoint": endpoint, "request": asked(one)}, f"k{n}")
                    )
                    for n, one in enumerate(texts)
                ]
                rng = random.Random(11)
                for _ in range(KILLS):
                    await asyncio.sleep(0.2 + rng.random())
                    await kill(router, database)
                ids = await asyncio.gather(*singles)
                statuses = [await _ended(router, f"/api/batches/items/{one}") for one in ids]
                batch = await _ended(router, f"/api/batches/{await whole}")
                found = await database.batch_items.find({"state": "ok"}).to_list()
        assert isinstance(up, SlowUpstream)
    assert [one["status"] for one in statuses] == ["completed"] * SINGLES
    assert (batch["status"], batch["counts"]["completed"]) == ("completed", LINES)
    assert up.texts() == Counter([*texts, *lines])
    events = Counter(bytes(entry["id"]) for one in found for entry in one["outbox"])
    assert len(events) == sum(events.values()) == SINGLES + LINES
    print(f"\n{KILLS} kills, {len(up.batches)} batches at the provider, {SINGLES + LINES} requests, each of them once")


async def _ended(router: Process, path: str) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        async with router.client.get(path) as answer:
            said: dict[str, Any] = await answer.json()
        return said if said["status"] in OVER else None

    ended: dict[str, Any] = await until(over, 60)
    return ended
