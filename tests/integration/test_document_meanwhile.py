"""A revision that arrives while a worker has the document in hand."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ratchet_retrieval.away import AwayError
from ratchet_router.documents.parsing_apart import OnPages, Parsing
from ratchet_router.documents.work_store import MongoWorkStore
from tests.integration.conftest import Ground
from tests.integration.document_work import LineParser, Work, work_at


@pytest.fixture
async def work(stack: Ground, tmp_path: Path) -> AsyncIterator[Work]:
    async with work_at(stack.mongodb_url, tmp_path) as its:
        yield its


@dataclass
class Interrupted(LineParser):
    """While it reads the first document a revision comes; then it fails as is said."""

    work: Work | None = None
    text: str = "two"
    error: BaseException | None = None

    async def parse(self, path: Path, name: str, on_pages: OnPages) -> Parsing:
        work, self.work = self.work, None
        if work is not None:
            await work.send(self.text)
            if self.error is not None:
                raise self.error
        return await super().parse(path, name, on_pages)


@pytest.mark.parametrize("error", [None, AwayError("The index is away."), asyncio.CancelledError()])
async def test_an_overtaken_worker_gives_the_lease_back_at_once(work: Work, error: BaseException | None) -> None:
    work.parser = Interrupted(work=work, error=error)
    taken = await work.send("one")
    if isinstance(error, asyncio.CancelledError):
        with pytest.raises(asyncio.CancelledError):
            await work.worker().round()
    else:
        assert await work.worker().round()
    held = await MongoWorkStore(work.store).take(work.now)
    assert held is not None
    assert (held.record.id, held.record.revision) == (taken.document.id, 2)
