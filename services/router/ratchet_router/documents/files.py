"""Where the files of documents lie between the API and the workers: a directory that both share, by URL."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import uuid4

from ratchet_common import whole_files
from ratchet_common.errors import CannotStartError, RefusedError, UnavailableError
from ratchet_common.whole_files import path_at

PORTION: Final = 1024 * 1024  # bytes in memory, of each upload or download
SWEPT_AT_ONCE: Final = 500


class DocumentTooLargeError(RefusedError):
    status = 413
    type = "content-too-large"
    title = "Content Too Large"


class NoPlaceError(UnavailableError):
    title = "The place for documents cannot be used"


@dataclass(frozen=True, slots=True)
class Draft:
    path: Path
    sha256: str
    size: int


class FilePlace:
    """Each file under a name of its own, in no relation to its content. Whoever is to read one gets its path.

    It is made at the first upload: a router without it answers all else.
    """

    def __init__(self, directory: Path, *, most: int) -> None:
        """`most`: bytes of one file."""
        self._directory, self._most = directory, most

    @asynccontextmanager
    async def draft(self, content: AsyncIterable[bytes]) -> AsyncIterator[Draft]:
        """What was not kept when it is left goes, whatever ends it.

        Raises NoPlaceError, DocumentTooLargeError, and what reading the content raises.
        """
        with ExitStack() as opened:
            try:
                await asyncio.to_thread(self._directory.mkdir, parents=True, exist_ok=True)
                path = opened.enter_context(whole_files.draft_in(self._directory))
                draft = await self._written(path, content)
            except OSError as error:
                raise _no_place(error) from error
            yield draft

    async def _written(self, path: Path, content: AsyncIterable[bytes]) -> Draft:
        digest, size = hashlib.sha256(), 0
        with path.open("wb", buffering=0) as file:
            async for portion in _portions(content):
                size += len(portion)
                if size > self._most:
                    raise DocumentTooLargeError(
                        f"A document has at most {self._most} bytes: split it, or raise ROUTER_DOCUMENT_BYTES."
                    )
                await asyncio.to_thread(_write, file.fileno(), portion)
                await asyncio.to_thread(digest.update, portion)
        return Draft(path, digest.hexdigest(), size)

    async def keep(self, draft: Draft) -> str:
        """Its name, once it is on disk. Raises NoPlaceError."""
        name = uuid4().hex
        try:
            await asyncio.to_thread(whole_files.keep, draft.path, self._directory / name)
        except OSError as error:
            raise _no_place(error) from error
        return name

    def path_of(self, name: str) -> Path:
        return self._directory / name

    async def read(self, name: str) -> AsyncGenerator[bytes, None]:
        """In portions. Raises FileNotFoundError before the first, and OSError."""
        file = await asyncio.to_thread(self.path_of(name).open, "rb")
        try:
            while portion := await asyncio.to_thread(file.read, PORTION):
                yield portion
        finally:
            file.close()

    async def remove(self, names: Collection[str]) -> None:
        """Fine where there is none. Raises OSError."""
        for name in names:
            await asyncio.to_thread(self.path_of(name).unlink, missing_ok=True)

    async def old(self) -> AsyncGenerator[list[str], None]:
        """The names of files that came more than a day ago, some at a time. Drafts of that age go meanwhile."""
        await asyncio.to_thread(whole_files.forget_drafts, self._directory)
        found = whole_files.old_files(self._directory, "[0-9a-f]*")
        while names := await asyncio.to_thread(_some, found):
            yield names

    def insist(self) -> None:
        """Raises CannotStartError with a sentence where it cannot be written to."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with whole_files.draft_in(self._directory):
                pass
        except OSError as error:
            raise CannotStartError(
                f"The place for documents, {self._directory} (ROUTER_DOCUMENTS_URL), cannot be written to "
                f"({error.strerror}): make it writable, or name another directory."
            ) from error


def files_at(url: str, *, most: int) -> FilePlace:
    """Raises CannotStartError."""
    directory = path_at(url)
    if directory is None:
        raise CannotStartError(
            f"ROUTER_DOCUMENTS_URL is {url}: it must be a file: URL with an absolute path, "
            "such as file:///var/documents, of a directory that routers and their workers share."
        )
    return FilePlace(directory, most=most)


async def _portions(content: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    held, size = [], 0
    async for came in content:
        held.append(came)
        size += len(came)
        if size >= PORTION:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _write(file: int, portion: bytes) -> None:
    left = memoryview(portion)
    while left:
        left = left[os.write(file, left) :]


def _some(found: Iterator[Path]) -> list[str]:
    return [path.name for path in islice(found, SWEPT_AT_ONCE)]


def _no_place(error: OSError) -> NoPlaceError:
    return NoPlaceError(
        f"The file could not be kept ({error.strerror or type(error).__name__}): the operator has to look at the place "
        "that ROUTER_DOCUMENTS_URL names.",
        retry_after_s=30,
    )
