"""A revision that arrives while a worker has the document in hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ratchet_retrieval.away import AwayError
from ratchet_router.documents.frames import ToParse
from ratchet_router.documents.keeping import Taken
from ratchet_router.documents.parsing_apart import OnPages, Parsing
from ratchet_router.documents.work_store import MongoWorkStore
from tests.integration.conftest import Ground
from tests.integration.document_work import LineParser, Work, work_at
from tests.integration.mortal import Killed


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

    async def parse(self, wanted: ToParse, on_pages: OnPages) -> Parsing:
        work, self.work = self.work, None
        if work is not None:
            await work.send(self.text)
            if self.error is not None:
                raise self.error
        return await super().parse(wanted, on_pages)


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


def after_the_first_put(work: Work, do: Callable[[], Awaitable[object]]) -> None:
    """It is done when the next revision is in the index, and before the worker says so."""
    put = work.index.put

    async def once(*given: Any) -> None:
        await put(*given)
        work.index.put = put  # type: ignore[method-assign]
        await do()

    work.index.put = once  # type: ignore[assignment,method-assign]


async def agrees(work: Work, taken: Taken, served: int | None, lines: list[str]) -> None:
    """The record, the index and the file that is given back."""
    found = await work.found(taken)
    assert (found.served and found.served.revision, work.lines(taken)) == (served, lines)
    assert await work.spoken_of(taken) == ([(served, [])] if served else [])
    assert work.kept() == (1 if served else 0)
    if served:
        assert {one.revision for one in work.index.kept[work.tenant, taken.document.id]} == {served}
        _, content = await work.documents.content(work.tenant, taken.document.id)
        assert b"".join([portion async for portion in content]) == "\n".join(lines).encode()


async def test_what_was_put_before_a_revision_came_is_served_where_that_is_refused(work: Work) -> None:
    taken = await work.send("one")
    after_the_first_put(work, lambda: work.send("refuse this"))
    await work.work()
    assert (await work.found(taken)).state == "refused"
    await agrees(work, taken, 1, ["one"])


async def test_of_three_revisions_the_last_that_was_put_is_served(work: Work) -> None:
    taken = await work.send("one")
    await work.work()
    await work.send("two")
    after_the_first_put(work, lambda: work.send("refuse three"))
    await work.work()
    assert ((await work.found(taken)).state, (await work.found(taken)).revision) == ("refused", 3)
    await agrees(work, taken, 2, ["two"])


@pytest.mark.parametrize("before", [[], ["one"]])
@pytest.mark.parametrize("how", ["refused", "failed", "ready"])
async def test_what_a_worker_put_that_died_before_it_said_so_is_taken_back(
    work: Work, before: list[str], how: str
) -> None:
    made: list[str] = []

    async def answers(tenant: str, document: str) -> None:
        made.append(document)

    for text in before:
        await work.send(text)
        await work.work()
    taken = await work.send("put")

    after_the_first_put(work, lambda: _raise(Killed()))
    with pytest.raises(Killed):
        await work.work()
    assert work.lines(taken) == ["put"]
    work.also.append(answers)
    if how == "failed":
        (work.folder / (await work.found(taken)).file).unlink()
    else:
        await work.send("refuse this" if how == "refused" else "next")
    await work.is_taken_up()
    found = await work.found(taken)
    assert found.state == how
    if how == "ready":
        await agrees(work, taken, len(before) + 2, ["next"])
    else:
        await agrees(work, taken, 1 if before else None, before)
    assert taken.document.id in made


async def test_a_served_revision_that_cannot_be_put_back_is_served_no_longer(work: Work) -> None:
    taken = await work.send("one")
    await work.work()
    served = (await work.found(taken)).file
    await work.send("two")
    after_the_first_put(work, lambda: _raise(Killed()))
    with pytest.raises(Killed):
        await work.work()
    (work.folder / served).write_text("refuse what is damaged")
    await work.send("refuse this")
    await work.is_taken_up()
    await agrees(work, taken, None, [])


async def _raise(error: BaseException) -> None:
    raise error
