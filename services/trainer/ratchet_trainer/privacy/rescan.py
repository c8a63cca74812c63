"""A file that is about to leave is looked through once more: what is left in it, by line and kind, never the text.

The finders are those that scrubbed it. So a file of our own has nothing left, unless other kinds are sought since its
examples were stored; a file that somebody else made may have anything.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_common.workers import Workers
from ratchet_trainer.collecting.preparing import found_in
from ratchet_trainer.privacy.finding.sought import DIRECTLY, Sought

BATCH_BYTES: Final = 128 * 1024  # of lines that go to a worker process together
AHEAD: Final = 4  # batches that are on their way
NAMED: Final = 100  # lines that are told one by one
TOLD: Final = 5  # of those in the sentence
ROLES: Final = ("system", "developer", "user", "assistant", "model", "tool", "function")


@dataclass(frozen=True, slots=True)
class Left:
    line: int  # from 1
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Rescan:
    lines: int
    counts: Mapping[str, int]  # places by kind
    left: tuple[Left, ...]  # the first of them

    def refuse_what_is_left(self) -> None:
        """Raises PrivateDataLeftError where anything is."""
        if self.counts:
            raise PrivateDataLeftError(self)


class PrivateDataLeftError(RefusedError):
    status: ClassVar[int] = 409
    type: ClassVar[str] = "private-data-left"
    title: ClassVar[str] = "Private data was left in the file"

    def __init__(self, rescan: Rescan) -> None:
        counts = ", ".join(f"{count} of {kind}" for kind, count in rescan.counts.items())
        first = ", ".join(str(line) for line in list(dict.fromkeys(one.line for one in rescan.left))[:TOLD])
        super().__init__(
            f"The file was not uploaded: private data is left in it ({counts}; first in line {first}). Its examples "
            "were scrubbed when other kinds were sought, or by other rules: import them anew and build the dataset "
            "again, or seek fewer kinds.",
            counts=dict(rescan.counts),
            left=[{"line": one.line, "kind": one.kind, "count": one.count} for one in rescan.left],
        )


async def rescanned(lines: AsyncIterator[bytes], workers: Workers, sought: Sought = DIRECTLY) -> Rescan:
    """Of a JSONL file in any format, in worker processes; holds a few hundred kilobytes of it at a time."""
    counts: Counter[str] = Counter()
    left: list[Left] = []
    read = 0
    under_way: list[asyncio.Task[list[Left]]] = []

    async def take(done: asyncio.Task[list[Left]]) -> None:
        for one in await done:
            counts[one.kind] += one.count
            left.append(one)
        del left[NAMED:]

    async with asyncio.TaskGroup() as group:
        async for batch in _batches(lines):
            under_way.append(group.create_task(workers.run_or_blame(left_in, batch, read + 1, sought)))
            read += len(batch)
            if len(under_way) >= AHEAD:
                await take(under_way.pop(0))
        for done in under_way:
            await take(done)
    return Rescan(read, dict(counts.most_common()), tuple(left))


def left_in(lines: Sequence[bytes], first: int, sought: Sought) -> list[Left]:
    """In a worker process. `first`: the number of the first line."""
    known: dict[str, Counter[str]] = {}  # the same instruction stands in every line
    found = []
    for number, line in enumerate(lines, first):
        counts: Counter[str] = Counter()
        for text in _texts(line):
            if text not in known:
                known[text] = Counter(span.kind for span in found_in(text, sought))
            counts += known[text]
        found += [Left(number, kind, count) for kind, count in counts.items()]
    return found


def _texts(line: bytes) -> Iterator[str]:
    """Each string in it that is no name of a field. What is no JSON is a text as it stands: nothing goes unseen."""
    try:
        yield from _strings(msgspec.json.decode(line))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        yield line.decode("utf-8", "replace")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            if not (name == "role" and one in ROLES):  # "assistant" is a trade elsewhere
                yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


async def _batches(lines: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    async for line in lines:
        batch.append(line)
        size += len(line)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
