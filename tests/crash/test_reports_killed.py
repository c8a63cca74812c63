"""Reports whose router and whose worker are killed while a model answers, and while pages are drawn."""

import asyncio
import random
import sys
from functools import partial
from typing import Any

import aiohttp
import pytest

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_reports.encoding import report_of
from tests.crash.processes import Victim
from tests.integration.conftest import Ground
from tests.integration.router_process import catalogue, router_process, slowly
from tests.integration.router_site import until
from tests.integration.upstream import upstream
from tests.places import store_folder

REPORTS, KILLS, SEED = 5, 3, 12
DAYS = [f"2026-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 29)]
PRICES = {name: {day: base + n + n % 3 for n, day in enumerate(DAYS)} for name, base in (("A", 100.0), ("B", 40.0))}


async def ask(client: aiohttp.ClientSession, number: int) -> str:
    body = {"question": f"How did the portfolio {number} do?", "portfolio": {"prices": PRICES}, "model": "writer"}
    async with client.post("/api/reports", json=body) as answer:
        assert answer.status == 202, await answer.text()
        return str((await answer.json())["id"])


@pytest.mark.slow
async def test_each_report_is_made_once_and_whole_however_often_its_makers_are_killed() -> None:
    with store_folder() as folder, start_stack(folder / "stack") as stack:
        ground = Ground(stack.kafka_bootstrap_servers, stack.mongodb_url, idempotence=False, forgets=True)
        places = {"ROUTER_DOCUMENTS_URL": (folder / "files").as_uri(), "ROUTER_INDEX_URL": (folder / "index").as_uri()}
        async with (
            upstream() as says,
            router_process(ground, folder, catalogue(says.url, "writer"), **places) as router,
        ):
            says.will("writer", slowly("It did well [F1].", 0.2))
            (port,) = free_ports(1)
            environment = {**router.victim.environment, "PORT": str(port)}
            command = [sys.executable, "-m", "ratchet_router.documents"]
            worker = Victim("documents", command, port, environment, folder / "worker.log")
            worker.start()
            try:
                await asyncio.to_thread(worker.wait_until_ready)
                await _killed_again_and_again(router.client, [worker, router.victim])
            finally:
                worker.stop()


async def _killed_again_and_again(client: aiohttp.ClientSession, victims: list[Victim]) -> None:
    rng = random.Random(SEED)
    asked = [await ask(client, number) for number in range(REPORTS)]
    for _ in range(KILLS):
        for victim in victims:
            await asyncio.sleep(rng.uniform(0.5, 3))
            victim.kill_and_start_again()
            await asyncio.to_thread(victim.wait_until_ready)
    for id_ in asked:
        found = await until(partial(_ended, client, id_))
        assert (found["state"], found["sections"][0]["heading"]) == ("ready", "Answer"), found
        assert len(found["plots"]) == found["made"]["plots"] > 0
        for form, begins in (("json", b"{"), ("html", b"<!doctype html>"), ("pdf", b"%PDF"), ("markdown", b"# How")):
            async with client.get(f"/api/reports/{id_}?form={form}") as answer:
                page = await answer.read()
            assert (answer.status, page[: len(begins)].lower()) == (200, begins.lower())
            assert form != "json" or str(report_of(page).report_id).replace("-", "") in id_


async def _ended(client: aiohttp.ClientSession, id_: str) -> dict[str, Any] | None:
    try:
        async with client.get(f"/api/reports/{id_}") as answer:
            found: dict[str, Any] = await answer.json()
    except aiohttp.ClientError:  # it is being started
        return None
    return found if found["state"] in ("ready", "failed") else None
