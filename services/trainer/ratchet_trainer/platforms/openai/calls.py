"""Calls of the platform: each with an end in time and in bytes, its answer read strictly, its failures told apart."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec

from ratchet_trainer.platforms.openai.answers import EventAnswer, FileAnswer, JobAnswer, Page
from ratchet_trainer.platforms.openai.failing import PLATFORM, UnreadableError, told_apart
from ratchet_trainer.platforms.platform import PlatformRefusedError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_BYTES: Final = 32 * 1024**2  # of an answer
MOST_PAGES: Final = 100

T = TypeVar("T")
Listed = TypeVar("Listed", FileAnswer, JobAnswer, EventAnswer)


class Arriving(Protocol):
    def iter_bytes(self) -> AsyncIterator[bytes]: ...


Coming = AbstractAsyncContextManager[Arriving]
Ask = Callable[["AsyncOpenAI"], Coming]
AskPage = Callable[[Mapping[str, Any]], Ask]  # given the arguments that say where the page begins


class Calls:
    """`make`: the client, at the first call. It never tries again by itself: whoever asks does."""

    def __init__(self, make: "Callable[[], AsyncOpenAI]", limit_s: float) -> None:
        self._make, self._limit_s = make, limit_s
        self._client: AsyncOpenAI | None = None
        self._making = asyncio.Lock()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _ready(self) -> "AsyncOpenAI":
        async with self._making:
            if self._client is None:
                made = await asyncio.to_thread(self._make)  # loading it would hold up everything else
                self._client = made.with_options(max_retries=0, timeout=self._limit_s)
            return self._client

    async def ask(self, doing: str, ask: Ask, kind: type[T], *, limit_s: float = 0.0, quoting: bool = True) -> T:
        """Raises PlatformAwayError, PlatformRefusedError or NotThereError. `doing`: as `told_apart` takes it."""
        body, whole = await self.read(doing, ask, MOST_BYTES, limit_s=limit_s, quoting=quoting)
        if not whole:
            raise UnreadableError(doing, f"it has more than {MOST_BYTES} bytes")
        return understood(doing, body, kind)

    async def read(
        self, doing: str, ask: Ask, most: int, *, limit_s: float = 0.0, quoting: bool = True
    ) -> tuple[bytes, bool]:
        """At most so many bytes, and whether these are all."""
        body, client = bytearray(), await self._ready()
        with told_apart(doing, quoting=quoting):
            async with asyncio.timeout(limit_s or self._limit_s), ask(client) as answer:
                async for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > most:
                        return bytes(body[:most]), False
        return bytes(body), True

    async def pages(self, doing: str, ask_page: AskPage, kind: type[Listed]) -> AsyncGenerator[Listed]:
        """Everything in the list, in its order. Refuses one without an end: what was not looked at may be there."""
        where: dict[str, Any] = {}
        for _ in range(MOST_PAGES):
            page: Page[Listed] = await self.ask(doing, ask_page(where), Page[kind])  # type: ignore[valid-type]
            for one in page.data:
                yield one
            if not page.has_more or not page.data:
                return
            if where.get("after") == page.data[-1].id:
                raise UnreadableError(doing, "each of its pages is the same")
            where = {"after": page.data[-1].id}
        raise PlatformRefusedError(
            f"The platform {PLATFORM} was asked to {doing}, and after {MOST_PAGES} pages there is no end: whether ours "
            "is among them cannot be told. Remove old ones there."
        )


def understood(doing: str, body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise UnreadableError(doing, str(error)) from None  # names the field, never what is in it
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError(doing, "it is no JSON") from None
