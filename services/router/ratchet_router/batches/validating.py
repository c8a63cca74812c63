"""The first step of a batch: its lines become requests, each for one model, and those of one model a portion."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_providers.batching import way_of
from ratchet_router.batches.asked import AskedItem
from ratchet_router.batches.batch import PORTION_BYTES, PORTION_MOST, Batch, Item, Portion
from ratchet_router.batches.ending import end
from ratchet_router.batches.lines import InvalidFileError, Line, LineError, Reading
from ratchet_router.batches.said import CODES, failed_line
from ratchet_router.batches.splitting import Splitting
from ratchet_router.batches.store import Held
from ratchet_router.batches.working import Working

SHOWN: Final = 100  # errors in the batch itself
AT_ONCE: Final = 500  # requests in one write
AT_ONCE_BYTES: Final = 4 * 1024 * 1024
DELETED: Final = LineError(
    code="input_file_not_found", message="The input file was deleted before the batch was begun."
)


@dataclass(slots=True)
class Portions:
    """`by_batch_api`: of which providers."""

    batch: Batch
    by_batch_api: frozenset[str]
    found: list[Portion] = field(default_factory=list)
    open: dict[tuple[str, ...], int] = field(default_factory=dict)

    def place(self, item: Item, asked: AskedItem) -> int:
        """Where the request belongs."""
        by_batch_api = asked.provider in self.by_batch_api
        key = (asked.provider, asked.pinned.model, way_of(asked.request)) if by_batch_api else ()
        index = self.open.get(key, -1)
        if index < 0 or (key and self._is_full(self.found[index], len(item.body))):
            index = self.open[key] = len(self.found)
            provider, model = key[:2] if key else ("", "")
            self.found.append(Portion(name=f"{self.batch.hex}-{index}", provider=provider, model=model))
        portion = self.found[index]
        portion.items += 1
        portion.size += len(item.body)
        return index

    def _is_full(self, portion: Portion, more: int) -> bool:
        return portion.items >= PORTION_MOST or portion.size + more > PORTION_BYTES


async def validate(held: Held, working: Working) -> None:
    """Nothing was asked before it is through, so a worker that takes over begins anew. A lease is renewed before each
    write and lasts longer than any: what a worker wrote that was overtaken is gone before the next one begins.
    """
    batch = held.batch
    batch.errors, batch.portions, batch.total = [], [], 0
    await working.store.renew(held)
    await working.store.clear_items(batch)
    try:
        portions = await _taken_in(held, working)
    except InvalidFileError as error:
        batch.errors = [error.error]
        await working.store.clear_items(batch)
        await end(held, "failed", working)
        return
    batch.portions = portions.found
    if portions.found:
        batch.become("in_progress", working.now())
        await working.store.save(held)
    else:
        await end(held, "failed", working)


async def _taken_in(held: Held, working: Working) -> Portions:
    """Raises InvalidFileError."""
    batch = held.batch
    if await working.files.get(batch.tenant, batch.input_file) is None:
        raise InvalidFileError(DELETED.code, DELETED.message)
    portions = Portions(batch, frozenset(working.platforms))
    async with aclosing(_items(batch, portions, working)) as items:
        async for some in _some_at_a_time(items):
            await working.store.renew(held)
            await working.store.add_items(some, batch.gone_at)
            batch.total += len(some)
    return portions


async def _some_at_a_time(items: AsyncIterator[Item]) -> AsyncGenerator[list[Item], None]:
    """Few enough for memory and for one write."""
    some: list[Item] = []
    size = 0
    async for item in items:
        some.append(item)
        size += len(item.body)
        if len(some) == AT_ONCE or size >= AT_ONCE_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


async def _items(batch: Batch, portions: Portions, working: Working) -> AsyncGenerator[Item, None]:
    """Raises InvalidFileError."""
    reading = Reading(batch.endpoint, most=working.most)
    splitting = Splitting()
    async with aclosing(working.files.read(batch.tenant, batch.input_file)) as content:
        async for chunk in content:
            for raw in splitting.feed(chunk):
                yield _item(batch, reading.line(raw), portions, working)
                await asyncio.sleep(0)  # other requests go on meanwhile
    for raw in splitting.end():
        yield _item(batch, reading.line(raw), portions, working)
    reading.end()


def _item(batch: Batch, line: Line, portions: Portions, working: Working) -> Item:
    item = Item(
        batch=batch.id, tenant=batch.tenant, line=line.number, custom_id=line.custom_id, body=line.body, portion=-1
    )
    wrong = line.wrong or _place(batch, item, portions, working)
    if wrong is not None:
        wrong = msgspec.structs.replace(wrong, line=line.number)
        item.state, item.said = "failed", failed_line(item, wrong)
        batch.errors = [*batch.errors, wrong][:SHOWN]
    return item


def _place(batch: Batch, item: Item, portions: Portions, working: Working) -> LineError | None:
    try:
        asked = working.asked(batch, item)
    except RefusedError as error:
        code = getattr(error, "code", "") or CODES.get(error.type, error.type)
        param = getattr(error, "param", None) or ("model" if error.type == "unknown-model" else None)
        return LineError(code=code, message=error.detail, param=param)
    item.portion, item.user = portions.place(item, asked), asked.who.person
    if portions.found[item.portion].provider:
        pinned = asked.pinned
        item.model, item.template, item.decision = pinned.model, pinned.template, pinned.decision
    return None
