"""A worker on documents that is killed while it reads, after it wrote the index, and before it says so."""

import asyncio
import random
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_retrieval.lance.index import LanceIndex
from ratchet_retrieval.port import Where
from tests.crash.processes import Victim
from tests.integration.conftest import Ground
from tests.integration.router_process import MODEL, PROVIDER, router_process
from tests.integration.router_site import until
from tests.places import store_folder

DOCUMENTS, KILLS, SEED = 12, 4, 11
ENDED = ("ready", "refused", "failed")


def text(number: int) -> str:
    """Some pages."""
    lines = [
        f"Line {line} of report {number}: sales of word{number} rose by {line % 97} percent." for line in range(400)
    ]
    task = f"Action item: Oskar to count the boxes of hall {number} by Friday."
    return f"# Report {number}\n\n{task}\n\n" + "\n\n".join(lines)


def parsers(worker: Victim) -> list[psutil.Process]:
    assert worker.process is not None
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(worker.process.pid).children(recursive=True)
    return []


async def send(client: aiohttp.ClientSession, name: str, content: str) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field("file", content.encode(), filename=name)
    async with client.post("/api/documents", data=form) as answer:
        assert answer.status == 201
        sent: dict[str, Any] = await answer.json()
        return sent


@pytest.mark.slow
async def test_documents_are_there_once_and_whole_however_often_a_worker_is_killed() -> None:
    with store_folder() as folder, start_stack(folder / "stack") as stack:
        ground = Ground(stack.kafka_bootstrap_servers, stack.mongodb_url, idempotence=False, forgets=True)
        places = {
            "ROUTER_DOCUMENTS_URL": (folder / "files").as_uri(),
            "ROUTER_INDEX_URL": (folder / "index").as_uri(),
            "ROUTER_DOCUMENTS_WAITING": "100",
        }
        models = PROVIDER.format(url="http://127.0.0.1:9") + MODEL.format(name="m")
        async with router_process(ground, folder, models, **places) as router:
            (port,) = free_ports(1)
            environment = {**router.victim.environment, "PORT": str(port)}
            command = [sys.executable, "-m", "ratchet_router.documents"]
            worker = Victim("documents", command, port, environment, folder / "worker.log")
            worker.start()
            try:
                await asyncio.to_thread(worker.wait_until_ready)
                await _killed_again_and_again(router.client, worker, folder)
            finally:
                worker.stop()


async def _killed_again_and_again(client: aiohttp.ClientSession, worker: Victim, folder: Path) -> None:
    rng = random.Random(SEED)
    sent = [await send(client, f"{number}.md", text(number)) for number in range(DOCUMENTS)]
    refused = await send(client, "empty.pdf", "%PDF-1.7 nothing")
    for _ in range(KILLS):
        await asyncio.sleep(rng.uniform(0.2, 1.5))
        orphans = parsers(worker)
        worker.kill_and_start_again()
        await until(partial(_all_gone, orphans))
        await asyncio.to_thread(worker.wait_until_ready)
    ended = [await until(partial(_ended, client, one["id"])) for one in [*sent, refused]]
    assert [one["state"] for one in ended] == ["ready"] * DOCUMENTS + ["refused"]
    index = LanceIndex(str(folder / "index"))
    for number, one in enumerate(ended[:-1]):
        chunks = one["searchable"]["chunks"]
        there = await index.passages("acme", one["id"], range(chunks + 10))
        assert [passage.chunk.order for passage in there] == list(range(chunks))
        found = await index.by_words("acme", f"word{number}", Where(), 500)
        assert {hit.passage.document_id for hit in found} == {one["id"]}
    assert len(list((folder / "files").iterdir())) == DOCUMENTS
    async with client.get("/api/documents/graph?kind=task&limit=1000") as answer:
        graph = await answer.json()
    assert sorted(one["where"]["document_id"] for one in graph["relations"]) == sorted(one["id"] for one in ended[:-1])


async def _all_gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


async def _ended(client: aiohttp.ClientSession, id_: str) -> dict[str, Any] | None:
    async with client.get(f"/api/documents/{id_}") as answer:
        found: dict[str, Any] = await answer.json()
    return found if found["state"] in ENDED else None
