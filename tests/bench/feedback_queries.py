"""How long does a summary of the feedback service take, over thirty days of very many words on the embedded store?

The service runs as a process of its own. The pieces go into its store as it leaves them, and their hours and days are
added up as its loop does it. Then it is asked over HTTP, one query after the other, by one caller.
RATCHET_BENCH_WORDS makes it another number of words. No number is promised; that every answer is complete is.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp
from bson import Binary

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import Stack, start_stack
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_feedback.issues import Issue
from ratchet_feedback.roll import Rolling
from ratchet_feedback.rollups.rolling import add_up_once
from ratchet_feedback.rollups.spans import Length, Span, hour_at
from ratchet_feedback.store.documents import answer_key, place
from tests.bench.figure import Figure
from tests.bench.volume.asking import ROUNDS, Asked, ask
from tests.bench.volume.month import AT_ONCE, DAYS, DOCUMENTS, MODELS, TASKS, TEMPLATES, TENANT, VERSIONS
from tests.bench.volume.surroundings import environment
from tests.crash.processes import Victim

WORDS: Final = int(os.environ.get("RATCHET_BENCH_WORDS", "200000"))
PATH: Final = "/api/models/feedback"
PATHS: Final = (
    f"{PATH}/summary?days=29",
    f"{PATH}/summary?days=29&by=model",
    f"{PATH}/summary?days=29&by=week",
    f"{PATH}/summary?days=29&task_type=summary&template={TEMPLATES[0]}",
    f"{PATH}/issues?days=14",
    f"{PATH}/improvements?days=29",
)
ROUNDS_HERE: Final = ROUNDS // 2


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as name, start_stack(Path(name) / "data") as stack:
        folder = Path(name)
        token, row = new_token(TENANT, frozenset(Scope))
        write_tokens(folder / "tokens.json", [row])
        (port,) = free_ports(1)
        around = environment(stack, folder, port)
        service = Victim("feedback", [sys.executable, "-m", "ratchet_feedback"], port, around, folder / "log")
        service.start()
        try:
            service.wait_until_ready()  # with its indexes, before there is anything to put into them
            added_up_s = asyncio.run(_fill(stack))
            asked, whole = asyncio.run(_ask(service, token))
        finally:
            service.stop()
    return _figures(asked, whole, added_up_s)


async def _fill(stack: Stack) -> float:
    """For how many seconds the hours and days were added up."""
    client = mongo.connect(stack.mongodb_url)
    database, now = mongo.database(client, "feedback"), datetime.now(UTC)
    its = Rolling(database)
    while not await its.sweeps.begun():  # noqa: ASYNC110  the service's own loop, of an empty store
        await asyncio.sleep(0.1)
    hours: set[Span] = set()
    some: list[dict[str, Any]] = []
    for one in _said(now):
        hours.add(Span(TENANT, Length.HOUR, one["stood"][0]))
        some.append(one)
        if len(some) == AT_ONCE:
            await database.feedback.insert_many(some, ordered=False)
            some = []
    if some:
        await database.feedback.insert_many(some, ordered=False)
    began = time.monotonic()
    await its.marks.put(hours, now)
    for after in (timedelta(minutes=1), timedelta(minutes=2)):  # the hours, and then their days
        while await add_up_once(its.marks, its.pieces, its.rollups, now + after):
            pass
    await client.close()
    return time.monotonic() - began


def _said(now: datetime, seed: int = 5) -> Iterator[dict[str, Any]]:
    """Words on as many answers, one in twenty of a second user on the answer before."""
    rng, about, followed = random.Random(seed), UUID(int=0), False
    for number in range(WORDS):
        at = now - timedelta(days=DAYS) * (1 - number / WORDS)
        second, followed = followed, rng.random() < 0.05
        about = about if second else UUID(int=rng.getrandbits(128), version=4)
        rating = rng.choice(("positive", "positive", "positive", "neutral", "negative"))
        where = f"{place(at)}{rng.getrandbits(80):020x}"
        task = TASKS[about.int % len(TASKS)]
        yield {
            "_id": Binary.from_uuid(UUID(int=rng.getrandbits(128), version=4)),
            "tenant": TENANT,
            "result_id": Binary.from_uuid(about),
            "about": answer_key((TENANT, about)),
            "place": where,
            "stood": [hour_at(where)],
            "said_at": at,
            "state": "joined",
            "joined": 1,
            "noted": 1,
            "rating": rating,
            "score": {"positive": 1.0, "neutral": 0.5, "negative": 0.0}[rating],
            "issues": [rng.choice(list(Issue)).value] if rating == "negative" else [],
            "corrected": rng.random() < 0.1,
            "shared": True if second or followed else None,
            "task_type": task,
            "document_type": DOCUMENTS[about.int % len(DOCUMENTS)],
            "model": MODELS[about.int % len(MODELS)],
            "version_id": VERSIONS[about.int % len(VERSIONS)],
            "template": TEMPLATES[about.int // 64 % len(TEMPLATES)],
        }


async def _ask(service: Victim, token: str) -> tuple[list[Asked], int]:
    """And how many of them were complete."""
    assert service.process is not None
    async with aiohttp.ClientSession(service.url, headers={"Authorization": f"Bearer {token}"}) as client:
        asked = [await ask(client, path, service.process.pid, ROUNDS_HERE) for path in PATHS]
        whole = 0
        for path in PATHS:
            async with client.get(path) as answer:
                whole += bool((await answer.json()).get("complete"))
    return asked, whole


def _figures(asked: list[Asked], whole: int, added_up_s: float) -> list[Figure]:
    for one in asked:
        told = f"{one.percentile(0.5):7.1f} {one.percentile(0.95):7.1f} ms p50, p95, {one.cpu_ms:6.1f} ms of CPU"
        print(f"{told}  {one.status}  {one.path}")
    slowest = max(asked, key=lambda one: one.percentile(0.95))
    name = f"feedback, slowest summary over 30 days of {WORDS:,} words, p95"
    return [
        Figure(name, slowest.percentile(0.95), f"ms ({slowest.path})", "", None),
        Figure("feedback, hours and days added up", WORDS / added_up_s, "words/s", "", None),
        Figure("feedback, summaries that are complete", float(whole), f"of {len(PATHS)}", "all", whole == len(PATHS)),
    ]
