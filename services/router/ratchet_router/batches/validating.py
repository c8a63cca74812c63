"""The first step of a batch: its lines become requests, each for one model, and those of one model a portion."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_providers.batching import way_of
from ratchet_router.batches.asked import AskedItem
from ratchet_router.batches.batch import PORTION_BYTES, PORTION_MOST, Batch, Item, Portion
from ratchet_router.batches.ending import end
from ratchet_router.batches.lines import InvalidFileError, Line, LineError, lines_of
from ratchet_router.batches.said import CODES, failed_line
from ratchet_router.batches.store import Held
from ratchet_router.batches.working import Working

SHOWN: Final = 100  # errors in the batch itself
AT_ONCE: Final = 500  # requests in one write
DELETED = LineError(code="input_file_not_found", message="The input file was deleted before the batch was begun.")


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
    """Nothing was asked before it is through, so a worker that takes over begins anew."""
    batch = held.batch
    try:
        items, portions = await _planned(batch, working)
    except InvalidFileError as error:
        batch.errors = [error.error]
        await end(held, "failed", working)
        return
    batch.total, batch.portions = len(items), portions.found
    if portions.found:
        await working.store.clear_items(batch)
        for first in range(0, len(items), AT_ONCE):
            await working.store.renew(held)
            await working.store.add_items(items[first : first + AT_ONCE], batch.gone_at)
        batch.become("in_progress", working.now())
        await working.store.save(held)
    else:
        await end(held, "failed", working)


async def _planned(batch: Batch, working: Working) -> tuple[Sequence[Item], Portions]:
    """Raises InvalidFileError."""
    content = await working.files.content(batch.tenant, batch.input_file)
    if content is None:
        raise InvalidFileError(DELETED.code, DELETED.message)
    lines = lines_of(content, batch.endpoint, most=working.most)
    portions = Portions(batch, frozenset(working.platforms))
    items: list[Item] = []
    batch.errors = []
    for line in lines:
        items.append(_item(batch, line, portions, working))
        await asyncio.sleep(0)  # other requests go on meanwhile
    return items, portions


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
    item.portion, item.user = portions.place(item, asked), asked.who.user
    if portions.found[item.portion].provider:
        pinned = asked.pinned
        item.model, item.template, item.decision = pinned.model, pinned.template, pinned.decision
    return None
