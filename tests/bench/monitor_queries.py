"""How long does a query of the monitor take, over thirty days of a million answers on the embedded store?

The store is filled as volume/month.py says. Then the service runs as a process of its own, and each query of its API is
asked over HTTP, one after the other, by one caller. RATCHET_BENCH_ANSWERS makes it another number of answers; what is
promised is promised of a million. What is held in memory serves all queries: the first time that one is asked, another
one may have had the same days read.
"""

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from ratchet_cli.importing import progress_bar
from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import Stack, start_stack
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from tests.bench.figure import Figure
from tests.bench.volume.asking import ROUNDS, Asked, ask, paths
from tests.bench.volume.month import SILENT_S, TENANT, differs, fill
from tests.bench.volume.surroundings import environment
from tests.crash.processes import Victim

ANSWERS: Final = int(os.environ.get("RATCHET_BENCH_ANSWERS", "1000000"))
PROMISED_OF: Final = 1_000_000
GOAL_MS: Final = 200.0
QUIET_S: Final = 300.0  # patience, until the service has worked off what filling the store has marked
OF_ALERTS: Final = {  # a receiver of alerts can be set up
    "MONITOR_ALERT_PRIVATE": "true",
    "MONITOR_ALERT_SECRETS": '{"hook": "env:BENCH_HOOK"}',
    "BENCH_HOOK": "of no worth",
}
RULE: Final = {
    "rule_id": "slow",
    "metric": "latency_p95_ms",
    "comparison": "above",
    "threshold": 1.0,
    "window_minutes": 60,
    "at_least": 1,
}


@dataclass(frozen=True, slots=True)
class Found:
    asked: list[Asked]
    nothing: list[str]  # paths of things of which there is none
    different: int
    checked: int


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as name, start_stack(Path(name) / "data") as stack:
        folder = Path(name)
        token, row = new_token(TENANT, frozenset(Scope))
        write_tokens(folder / "tokens.json", [row])
        different, checked = asyncio.run(_fill(stack))
        (port,) = free_ports(1)
        service = Victim(
            "monitor",
            [sys.executable, "-m", "ratchet_monitor"],
            port,
            environment(stack, folder, port) | OF_ALERTS,
            folder / "log",
        )
        service.start()
        try:
            service.wait_until_ready()
            found = asyncio.run(_ask(service, token, stack, different, checked))
        finally:
            service.stop()
    return _figures(found)


async def _fill(stack: Stack) -> tuple[int, int]:
    """How many of some hours are different when they are built anew, and of how many."""
    client = mongo.connect(stack.mongodb_url, silent_s=SILENT_S)
    keeping = MonitorSettings.model_construct().keeping
    store, now = MonitorStore(mongo.database(client, "monitor"), keeping), datetime.now(UTC)
    await store.create_indexes()
    with progress_bar() as progress:
        hours = await fill(store, ANSWERS, now, progress)
    different = await differs(store, hours, keeping, now)
    await client.close()
    return different, len(hours)


async def _ask(service: Victim, token: str, stack: Stack, different: int, checked: int) -> Found:
    assert service.process is not None
    async with aiohttp.ClientSession(service.url, headers={"Authorization": f"Bearer {token}"}) as client:
        await _set_up(client)
        await _once_quiet(stack)
        wanted, nothing = await paths(client)
        asked = []
        with progress_bar() as progress:
            bar = progress.add_task("queries", total=len(wanted))
            for path in wanted:
                asked.append(await ask(client, path, service.process.pid))
                progress.advance(bar)
    return Found(asked, nothing, different, checked)


async def _set_up(client: aiohttp.ClientSession) -> None:
    """One of each of what a tenant sets up, so that its queries find something."""
    receiver = {"receiver_id": "team", "kind": "webhook", "url": "https://127.0.0.1/hook", "secret": "hook"}
    silence = {
        "match": {"task": "qa"},
        "until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "why": "for the bench",
    }
    arms = [{"name": "a", "share": 50, "model": "large-model"}, {"name": "b", "share": 50, "model": "small-model"}]
    study = {"name": "bench", "task_type": "summary", "arms": arms}
    for path, body in (
        ("/api/models/alerts/rules", RULE),
        ("/api/models/alerts/receivers", receiver),
        ("/api/models/alerts/silences", silence),
        ("/api/models/experiments", study),
    ):
        async with client.post(path, json=body) as answer:
            if answer.status >= 400:
                print(f"{path}: {answer.status} {await answer.text()}")


async def _once_quiet(stack: Stack) -> None:
    """Until nothing is marked that the service works off by itself."""
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, "monitor")
    async with asyncio.timeout(QUIET_S):
        while await _marked(database) > 0:  # noqa: ASYNC110  another process works them off
            await asyncio.sleep(2)
    await client.close()


async def _marked(database: Any) -> int:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = await database.changed_days.count_documents({"hour": {"$lt": today}})
    return int(days + await database.changed_hours.count_documents({}))


def _figures(found: Found) -> list[Figure]:
    ok = [one for one in found.asked if one.status == 200]
    for one in found.asked:
        told = f"{one.percentile(0.5):7.1f} {one.percentile(0.95):7.1f} ms p50, p95, {one.cpu_ms:6.1f} ms of CPU"
        print(f"{told}, {one.first_ms:7.1f} ms the first time  {one.status}  {one.path}")
    for path in found.nothing:
        print(f"left out, since there is nothing to ask for: {path}")
    dearest = max(ok, key=lambda one: one.cpu_ms)
    slowest, coldest = max(ok, key=lambda one: one.percentile(0.95)), max(ok, key=lambda one: one.first_ms)
    within = sum(one.percentile(0.95) <= GOAL_MS for one in ok)
    whole = sorted(ms for one in ok for ms in one.ms)
    beside = f"{len(ok)} queries, {ROUNDS} times each; all together p95 {whole[int(0.95 * len(whole))]:.0f} ms"
    failed = len(found.asked) - len(ok)
    promised = ANSWERS >= PROMISED_OF
    return [
        Figure(
            f"monitor, slowest query over 30 days of {ANSWERS:,} answers, p95",
            slowest.percentile(0.95),
            f"ms ({slowest.path})",
            f"≤ {GOAL_MS:.0f}" if promised else "",
            slowest.percentile(0.95) <= GOAL_MS if promised else None,
            beside,
        ),
        Figure(f"monitor, queries with a p95 within {GOAL_MS:.0f} ms", float(within), f"of {len(ok)}", "", None),
        Figure("monitor, slowest query the first time", coldest.first_ms, f"ms ({coldest.path})", "", None),
        Figure("monitor, most CPU of the service for a query", dearest.cpu_ms, f"ms ({dearest.path})", "", None),
        Figure("monitor, queries not answered with 200", float(failed), "", "0", failed == 0),
        Figure(
            "monitor, hours that differ once the service builds them anew",
            float(found.different),
            f"of {found.checked}",
            "0",
            found.different == 0,
        ),
    ]
