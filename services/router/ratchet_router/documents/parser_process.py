"""The parser as a process of its own: reads documents one after another, until it has grown or its worker is gone.

It has a bound on its memory, and none of the worker's environment: what it reads, strangers have written.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import chunks_of
from ratchet_documents.graph.extracting import Reading
from ratchet_documents.limits import STANDARD, Account
from ratchet_documents.metadata import metadata_of
from ratchet_documents.parsing import parse
from ratchet_documents.refusal import RefusedError
from ratchet_router.bound_process import leave_with
from ratchet_router.documents.frames import (
    LENGTH,
    End,
    Frame,
    Head,
    NotRead,
    PagesRead,
    Portion,
    Ready,
    Spoken,
    ToParse,
    encoded,
)
from ratchet_router.documents.reading import metadata_said
from ratchet_router.graph.part import bounded

PORTION: Final = 64  # chunks in a frame
TOLD_EVERY_S: Final = 0.5
LEAVES_AT: Final = 0.3  # of its memory, resident: what one document left behind shall not be the next one's trouble
MOST_DOCUMENTS: Final = 200

Say = Callable[[Frame], None]


def main() -> None:
    """`parser_process PARENT_PID MEMORY_BYTES`."""
    parent, memory = map(int, sys.argv[1:3])
    leave_with(parent)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no frame

    def say(frame: Frame) -> None:
        body = encoded(frame)
        out.write(LENGTH.pack(len(body)) + body)
        out.flush()

    say(Ready())
    asked = msgspec.json.Decoder(ToParse)
    for number, line in enumerate(sys.stdin.buffer, 1):
        _read(asked.decode(line), say, memory)
        leaves = number >= MOST_DOCUMENTS or _resident() > LEAVES_AT * memory
        say(End(leaves))
        if leaves:
            return


def _read(wanted: ToParse, say: Say, memory: int) -> None:
    try:
        for frame in _frames(wanted, say):
            say(frame)
    except RefusedError as error:
        say(NotRead(error.type, str(error)))
    except MemoryError:
        say(NotRead("too_much_memory", f"Reading it took more than {memory // 2**20} MB of memory: split it."))


def _frames(wanted: ToParse, say: Say) -> Iterator[Frame]:
    """Raises RefusedError, OSError, MemoryError."""
    parsed = parse(Path(wanted.path), wanted.name, account=_Telling(say))
    about = metadata_said(metadata_of(parsed))
    yield Head(parsed.kind, parsed.divided, len(parsed.pages), about, parsed.assumptions)
    company = wanted.company or (about["company"].value if "company" in about else "")
    read = {name: about[name].value for name in ("period", "period_end") if name in about}
    its = About(wanted.document_id, wanted.name, company, wanted.period or read.get("period", ""))
    reading = Reading(replace(its, period_end=read.get("period_end", "")))
    chunks = chunks_of(parsed)
    while portion := tuple(islice(chunks, PORTION)):
        yield Portion(portion)
        for chunk in portion:
            reading.take(chunk)
    yield Spoken(bounded(reading.graph()))


class _Telling(Account):
    """Says now and then how many pages have been read."""

    def __init__(self, say: Say) -> None:
        super().__init__(STANDARD)
        self._say, self._read, self._told_at = say, 0, 0.0

    def page(self) -> None:
        super().page()
        self._read += 1
        now = time.monotonic()
        if now - self._told_at > TOLD_EVERY_S:
            self._told_at = now
            self._say(PagesRead(self._read))


def _resident() -> int:
    """Bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
