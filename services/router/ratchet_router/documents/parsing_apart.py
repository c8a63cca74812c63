"""Documents parsed in processes of their own, which are killed where they hang and replaced where they die.

PDFium, the parser of Markdown and openpyxl cannot be interrupted, and what they hold is not counted: so each parser has
a bound on its memory, and the worker one on its time. What happens to it happens to one document.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final, Self

import msgspec

from ratchet_common.errors import RetryLaterError
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph
from ratchet_documents.parsed import Divided, Kind
from ratchet_router.bound_process import environment
from ratchet_router.documents.document import Said
from ratchet_router.documents.frames import (
    LARGEST,
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
    decoded,
)

PROGRAM: Final = "ratchet_router.documents.parser_process"
TRIES: Final = 2  # a process may have been killed for what was no document's fault

NOTHING: Final = Graph()

OnPages = Callable[[int], None]


class NotReadError(Exception):
    """It is refused: `type` is stable, the sentence is for whoever sent the document."""

    def __init__(self, type_: str, sentence: str) -> None:
        super().__init__(sentence)
        self.type, self.sentence = type_, sentence


class DiedError(Exception):
    """The parser ended without a word."""


class NoParserError(RetryLaterError):
    """None lives here, whatever the document: the machine lacks memory, or the installation is broken."""


@dataclass(frozen=True, slots=True)
class Parsing:
    """One document, parsed. `metadata`: without what the caller gave."""

    kind: Kind
    divided: Divided
    pages: int
    metadata: dict[str, Said]
    assumptions: tuple[str, ...]
    chunks: list[Chunk] = field(default_factory=list)
    graph: Graph = NOTHING


class Parser:
    """One process at most, which one document after another uses. Leave it by `stop`.

    `command`: what is run, with the pid of this process and the bytes of memory behind it.
    """

    def __init__(self, *, seconds: float, memory: int, command: tuple[str, ...] = ()) -> None:
        self._seconds, self._memory = seconds, memory
        self._command = command or (sys.executable, "-I", "-m", PROGRAM)
        self.process: ParserProcess | None = None

    async def parse(self, wanted: ToParse, on_pages: OnPages) -> Parsing:
        """Raises NotReadError, NoParserError. Cancelled, it ends its process."""
        for _ in range(TRIES):
            try:
                return await self._in_time(wanted, on_pages)
            except DiedError:
                continue
        raise NotReadError("unreadable", "Reading it ends each process that tries: the document is damaged.")

    async def _in_time(self, wanted: ToParse, on_pages: OnPages) -> Parsing:
        well = False
        try:
            async with asyncio.timeout(self._seconds):
                parsing = await self._parsed(wanted, on_pages)
            well = True
        except NotReadError:
            well = True
            raise
        except TimeoutError:
            raise NotReadError(
                "too_slow",
                f"Reading it took more than {self._seconds:g} seconds: split the document into smaller ones.",
            ) from None
        finally:
            if not well:
                await self.stop()
        return parsing

    async def _parsed(self, wanted: ToParse, on_pages: OnPages) -> Parsing:
        """Reads on to the end in any case: then the process is ready for the next document."""
        parsing, refused = None, None
        async with aclosing(self._frames(wanted)) as frames:
            async for frame in frames:
                if isinstance(frame, PagesRead):
                    on_pages(frame.pages)
                elif isinstance(frame, Head):
                    parsing = Parsing(frame.kind, frame.divided, frame.pages, frame.metadata, frame.assumptions)
                elif isinstance(frame, Portion) and parsing is not None:
                    parsing.chunks.extend(frame.chunks)
                elif isinstance(frame, Spoken) and parsing is not None:
                    parsing = replace(parsing, graph=frame.graph)
                elif isinstance(frame, NotRead):
                    refused = NotReadError(frame.type, frame.sentence)
        if refused is not None:
            raise refused
        if parsing is None:
            raise DiedError
        return parsing

    async def _frames(self, wanted: ToParse) -> AsyncGenerator[Frame, None]:
        """To the end of one document. Raises DiedError, NoParserError."""
        process = await self._started()
        try:
            process.ask(wanted)
        except BrokenPipeError:
            raise DiedError from None
        while True:
            frame = await _next(process.said)
            yield frame
            if isinstance(frame, End):
                if frame.leaves:
                    await self.stop()
                return

    async def _started(self) -> "ParserProcess":
        if self.process is None or self.process.has_ended:
            await self.stop()
            self.process = await ParserProcess.started([*self._command, str(os.getpid()), str(self._memory)])
            try:
                if not isinstance(await _next(self.process.said), Ready):
                    raise DiedError
            except DiedError:
                raise NoParserError(
                    "No process that reads documents can be started here: is there memory left?"
                ) from None
        return self.process

    async def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            await process.end()


class ParserProcess:
    """Started by `subprocess`, which forks without Python's hooks: an event loop of its own would run those of LanceDB
    in the child, and they may hang there.
    """

    def __init__(self, process: subprocess.Popen[bytes], said: asyncio.StreamReader) -> None:
        self._process, self.said = process, said
        self._heard: asyncio.ReadTransport | None = None

    @classmethod
    async def started(cls, command: Sequence[str]) -> Self:
        """To be called in the main thread: on Linux the death of the *thread* that started a child kills it."""
        said = asyncio.StreamReader()
        process = subprocess.Popen(  # noqa: ASYNC220, S603  it returns within milliseconds; the program is our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's words may quote the document
            env=environment(),
            start_new_session=True,
        )
        its = cls(process, said)
        loop = asyncio.get_running_loop()
        its._heard, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), process.stdout)
        return its

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, wanted: ToParse) -> None:
        """A line that a pipe takes at once. Raises BrokenPipeError."""
        if self._process.stdin is not None:
            self._process.stdin.write(msgspec.json.encode(wanted) + b"\n")
            self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()

    async def end(self) -> None:
        """Returns once it is gone."""
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        if self._heard is not None:
            self._heard.close()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()


async def _next(said: asyncio.StreamReader) -> Frame:
    """Raises DiedError, as for whatever is no frame."""
    try:
        (length,) = LENGTH.unpack(await said.readexactly(LENGTH.size))
        if length > LARGEST:
            raise DiedError
        frame: Frame = decoded(await said.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionResetError, msgspec.DecodeError):
        raise DiedError from None
    return frame
