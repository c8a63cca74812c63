"""Files and batches of the largest sizes that are allowed."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import openai
import pytest

from ratchet_cli.stack.start import start_stack
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.mongo import Database
from ratchet_router.batches.batch import PORTION_MOST
from ratchet_router.batches.validating import validate
from ratchet_router.main import build
from tests.integration.batch_site import settings_in
from tests.integration.batch_upstream import batch_upstream
from tests.integration.batch_work import CHAT, SlowPlatform, Work, as_file, ask
from tests.integration.conftest import Ground, Tenant, running_app
from tests.places import store_folder

MIB = 1024 * 1024
LINES = 50_000
PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="module")
def stack(stack: Ground) -> Iterator[Ground]:
    """With a store of its own: what is left of so much would hold up whoever uses the same one afterwards."""
    with store_folder() as folder, start_stack(folder / "data", lasting=False) as own:
        yield replace(stack, mongodb_url=own.mongodb_url)


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"large-{uuid4().hex[:8]}")
    yield its
    await client.close()  # it goes with its server: to drop so many documents takes longer than a call may


def resident() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


async def largest(seen: list[int]) -> None:
    while True:
        seen.append(resident())
        await asyncio.sleep(0.05)


async def test_a_file_larger_than_a_document_comes_back_as_it_went_in(stack: Ground, tmp_path: Path) -> None:
    token, row = new_token(f"tenant-{uuid4().hex[:8]}", frozenset(Scope))
    write_tokens(tmp_path / "tokens.json", [row])
    content = os.urandom(20 * MIB)
    async with batch_upstream() as up:
        settings = settings_in(tmp_path, stack, up, batch_file_bytes=21 * MIB)
        async with (
            running_app(build(settings), Tenant(row.tenant, token, tmp_path / "tokens.json")) as app,
            openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=token, max_retries=0) as client,
        ):
            file = await client.files.create(file=("in.jsonl", content), purpose="batch")
            assert file.bytes == len(content)
            assert (await client.files.content(file.id)).content == content
            assert (await client.files.delete(file.id)).deleted
            for size in (21 * MIB + 1, 22 * MIB):  # by its own size, and by the length that the request names
                with pytest.raises(openai.APIStatusError) as refused:
                    await client.files.create(file=("in.jsonl", b"x" * size), purpose="batch")
                assert refused.value.status_code == 413
            assert [one.id async for one in client.files.list()] == []
            leftover = mongo.database(mongo.connect(stack.mongodb_url), "router").file_chunks
            assert await leftover.count_documents({"tenant": row.tenant}) == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read from /proc")
async def test_many_lines_are_taken_in_within_a_bounded_memory(database: Database) -> None:
    work = Work(database, {"simulated": SlowPlatform()})
    text = "Please send it. " * 40
    lines = (ask(f"r{n}", messages=[{"role": "user", "content": f"{text}{n}"}]) for n in range(LINES))
    batch = await work.batch_of(as_file(lines), CHAT)
    working = work.working()
    held = await working.store.take(work.now)
    assert held is not None
    before, seen = resident(), [0]
    watching = asyncio.create_task(largest(seen))
    await validate(held, working)
    watching.cancel()
    print(f"\n{LINES} lines: {(max(seen) - before) / MIB:.0f} MiB more than before")
    assert (held.batch.total, len(held.batch.portions)) == (LINES, LINES // PORTION_MOST)
    assert max(seen) - before < 100 * MIB
    assert batch.id == held.batch.id
