"""One keep-alive HTTP/1.1 connection to a model API: a request goes out, a whole answer comes back."""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

HEAD_LIMIT = 64 * 1024


class NotAnsweredError(Exception):
    """The connection failed, or what came over it was no answer. `unheard`: not one byte had come."""

    def __init__(self, why: str, *, unheard: bool = False) -> None:
        super().__init__(why)
        self.unheard = unheard


class TooLongError(Exception):
    """The answer is longer than the caller takes."""


class Connection(asyncio.Protocol):
    """Only one exchange at a time. After any failure it is closed."""

    def __init__(self, lost: Callable[["Connection"], None]) -> None:
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.reusable = True
        self.idle_since = 0.0

    async def exchange(self, request: bytes, limit: int) -> tuple[int, bytes]:
        """Status and body, of at most `limit` bytes. Raises NotAnsweredError, TooLongError."""
        if self._transport is None or self._transport.is_closing():
            raise NotAnsweredError("it was closed before", unheard=True)
        self._answer = asyncio.get_running_loop().create_future()
        self._limit, self._heard, self._size, self._head_size = limit, False, 0, 0
        self._parts: list[bytes] = []
        self._in_body = self._bounded = False
        self._transport.write(request)
        try:
            return await self._answer
        except BaseException:  # also where nobody waits for the answer any more: it would be taken for the next one
            self.close()
            raise
        finally:
            self._answer = None

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked
            return
        self._heard = True
        if not self._in_body:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(NotAnsweredError(f"no HTTP: {type(error).__name__}"))
        if self._size > self._limit:
            self._fail(TooLongError(f"the body is larger than {self._limit} bytes"))
        elif not self._in_body and self._head_size > HEAD_LIMIT:
            self._fail(NotAnsweredError(f"a head of more than {HEAD_LIMIT} bytes"))

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._answer is not None and not self._answer.done():
            if self._in_body and not self._bounded and error is None:
                self._succeed()  # an answer that says no length ends with its connection
            else:
                self._fail(NotAnsweredError("the connection broke", unheard=not self._heard))
        self._lost(self)

    # the parser calls these

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # more than was asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        lower = name.lower()
        if lower == b"content-length" or (lower == b"transfer-encoding" and b"chunked" in value.lower()):
            self._bounded = True

    def on_headers_complete(self) -> None:
        self._in_body = self._parser.get_status_code() >= 200

    def on_body(self, data: bytes) -> None:
        self._size += len(data)
        if self._size <= self._limit:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        if self._in_body:  # else it was an interim answer, such as 100 Continue
            self.reusable = self._parser.should_keep_alive()
            self._succeed()

    def _succeed(self) -> None:
        if self._answer is not None and not self._answer.done() and self._size <= self._limit:
            self._answer.set_result((self._parser.get_status_code(), b"".join(self._parts)))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.close()
