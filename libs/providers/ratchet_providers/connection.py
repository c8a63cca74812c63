"""One keep-alive HTTP/1.1 connection to a model API: a request goes out, an answer comes back, whole or bit by bit."""

import asyncio
from collections.abc import Callable
from typing import Literal, cast

import httptools
import msgspec

from ratchet_common.alarms import alarms

HEAD_LIMIT = 64 * 1024
HELD = 256 * 1024  # bytes of a body that nobody has read yet: then the other side waits

END_MARK_S = 0.5

Awaited = Literal["head", "more", "end"]


class NotAnsweredError(Exception):
    """The connection failed, or what came over it was no answer.

    `unheard`: not one byte had come. `unconnected`: there was not even a connection.
    """

    def __init__(self, why: str, *, unheard: bool = False, unconnected: bool = False) -> None:
        super().__init__(why)
        self.unheard, self.unconnected = unheard, unconnected


class TooLongError(Exception):
    """The answer is longer than the caller takes."""


class LateError(Exception):
    """The other side was silent for longer than the caller waits."""


class Head(msgspec.Struct, frozen=True):
    """The names of the headers are in small letters."""

    status: int
    headers: dict[bytes, bytes]


class Connection(asyncio.Protocol):
    """Only one exchange at a time. After any failure it is closed."""

    def __init__(self, lost: Callable[["Connection"], None]) -> None:
        self._lost = lost
        self._loop = asyncio.get_running_loop()  # asked once: each time it asks the system who it is
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._awaited: Awaited = "end"
        self._parser = httptools.HttpResponseParser(self)
        self._busy = False
        self._at_end: Callable[[], None] | None = None
        self.reusable = True
        self.idle_since = 0.0

    async def begin(self, request: bytes, *, limit: int, patience_s: float, whole: bool = False) -> Head:
        """Sends; returns once the answer's head is there, or with `whole` all of it, of at most `limit` bytes.

        Raises NotAnsweredError, TooLongError, LateError.
        """
        if self._transport is None or self._transport.is_closing():
            raise NotAnsweredError("it was closed before", unheard=True)
        self._limit, self._heard, self._size, self._head_size = limit, False, 0, 0
        self._parts: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._held = 0
        self._in_body = self._bounded = self._ended = self._paused = False
        self._error: Exception | None = None
        self._busy = True
        self._transport.write(request)
        await self._until("end" if whole else "head", patience_s)
        return Head(self._parser.get_status_code(), self._headers)

    async def more(self, patience_s: float) -> bytes:
        """What has come of the body since, or nothing at its end. Raises as `begin`."""
        if not self._parts and not self._ended:
            await self._until("more", patience_s)
        return self.body()

    def body(self) -> bytes:
        """What has come and was not taken yet."""
        there, self._parts, self._held = self._parts, [], 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return there[0] if len(there) == 1 else b"".join(there)

    def leave(self, at_end: Callable[[], None]) -> None:
        """The caller reads no further. Where the answer has ended, or all that is missing is its end mark and that
        comes at once, `at_end` is called: the connection may serve again. Else it is closed.
        """
        if self._ended:
            at_end()
        else:
            self._at_end, self._awaited = at_end, "end"
            self._loop.call_later(END_MARK_S, self._gone_unless_ended, at_end)

    def _gone_unless_ended(self, at_end: Callable[[], None]) -> None:
        if self._at_end is at_end:
            self.close()

    def _after_leaving(self) -> None:
        if self._at_end is not None:
            at_end, self._at_end = self._at_end, None
            if self._ended and not self._parts:
                at_end()
            else:
                self.close()

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    async def _until(self, awaited: Awaited, patience_s: float) -> None:
        if self._error is None and not self._there(awaited):
            self._waiter, self._awaited = self._loop.create_future(), awaited
            limits = alarms(self._loop)
            limits.set(self, patience_s, self._late)
            try:
                await self._waiter
            except BaseException:  # also where nobody waits any more: what comes would be taken for the next answer
                self.close()
                raise
            finally:
                limits.off(self)
                self._waiter = None
        if self._error is not None:
            self.close()
            raise self._error

    def _there(self, awaited: Awaited) -> bool:
        if awaited == "more":
            return self._ended or bool(self._parts)
        return self._ended or (awaited == "head" and self._in_body)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done() and self._there(self._awaited):
            self._waiter.set_result(None)

    def _late(self) -> None:
        self._fail(LateError("The other side was silent for too long."))

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._busy or self._ended:
            self.close()  # nobody asked
            return
        self._heard = True
        if not self._in_body:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(NotAnsweredError(f"no HTTP: {type(error).__name__}"))
        if self._size > self._limit and not self._ended:
            self._fail(TooLongError(f"the body is larger than {self._limit} bytes"))
        elif not self._in_body and self._head_size > HEAD_LIMIT:
            self._fail(NotAnsweredError(f"a head of more than {HEAD_LIMIT} bytes"))
        else:
            self._wake()
            self._after_leaving()

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._busy and not self._ended:
            if self._in_body and not self._bounded and error is None:
                self._end()  # an answer that says no length ends with its connection
                self._wake()
            else:
                self._fail(NotAnsweredError("the connection broke", unheard=not self._heard))
        self._lost(self)

    # the parser calls these

    def on_message_begin(self) -> None:
        if not self._busy or self._ended:
            self.close()  # more than was asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._ended:
            return
        lower = name.lower()
        self._headers[lower] = value
        if lower == b"content-length" or (lower == b"transfer-encoding" and b"chunked" in value.lower()):
            self._bounded = True

    def on_headers_complete(self) -> None:
        if self._ended:
            return
        self._in_body = self._parser.get_status_code() >= 200
        if not self._in_body:
            self._headers = {}

    def on_body(self, data: bytes) -> None:
        self._size += len(data)
        if self._ended or self._size > self._limit:
            return
        self._parts.append(data)
        self._held += len(data)
        if self._awaited != "end" and self._held > HELD and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._in_body and self._size <= self._limit:  # else an interim answer, such as 100 Continue, or too long
            self.reusable = self.reusable and self._parser.should_keep_alive()
            self._end()

    def _end(self) -> None:
        self._ended = True
        self._busy = False

    def _fail(self, error: Exception) -> None:
        if self._error is None and not self._ended:
            self._error = error
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)
        self.close()
