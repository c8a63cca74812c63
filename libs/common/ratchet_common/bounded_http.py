"""HTTP/1.1 as uvicorn reads it with httptools, within bounds of size and time that neither of the two sets.

A head has an end, in bytes and in seconds; so has what follows an answer; and who takes nothing of an answer for a
minute is cut off, whatever was left of it.
"""

import asyncio
from typing import Any, Final, NoReturn, cast

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ratchet_common.whole_answers import CYCLE

HEAD_LIMIT: Final = 32 * 1024  # bytes of all headers
URL_LIMIT: Final = 8 * 1024
MOST_HEADERS: Final = 100
PATIENCE_S: Final = 20.0  # for a head, and for what is left of a body whose answer has gone out
TAKING_PATIENCE_S: Final = 60.0  # for a client that takes nothing of its answer

CONNECTION: Final = "ratchet.connection"  # in a request's scope

Refusal = tuple[int, str, str]  # status, code, sentence
NO_HTTP: Final[Refusal] = (400, "no-http", "What came is no HTTP request.")
URL_TOO_LONG: Final[Refusal] = (414, "url-too-long", f"The URL is longer than {URL_LIMIT} bytes: use the body.")
HEAD_TOO_LARGE: Final[Refusal] = (
    431,
    "headers-too-large",
    f"The headers are more than {MOST_HEADERS}, or longer than {HEAD_LIMIT} bytes in all: send fewer.",
)
LATE: Final[Refusal] = (
    408,
    "head-timeout",
    "The head of the request did not come to its end in time: send it at once.",
)


class RefusedHeadError(Exception):
    """Ends the parser's work; what is answered has been noted."""


class BoundedHttp(HttpToolsProtocol):
    """One connection of a client."""

    patience_s = PATIENCE_S
    taking_patience_s = TAKING_PATIENCE_S

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._refusal = NO_HTTP
        self._awaits_head = True  # what comes next belongs to one
        self._unfinished = 0  # bytes since something was whole: of a head, or of what follows a body
        self._patience: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._taking is not None:
            self._taking.cancel()
        super().connection_lost(exc)
        self.cycle = self.scope = None  # type: ignore[assignment]  # which hold it, and all would wait for the collector

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > HEAD_LIMIT + URL_LIMIT and not self.transport.is_closing():
            self._refusal = HEAD_TOO_LARGE
            self.send_400_response("")
        elif self._unfinished and self._awaits_head and self._patience is None:
            self._arm()

    def send_400_response(self, _msg: str) -> None:
        """Of what is no request, or none that is read to its end. Never into the midst of another answer."""
        if self._would_garble():
            self.transport.abort()
            return
        body = _body(self._refusal)
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[self._refusal[0]] + head + body)
        self.transport.close()
        self._watch_taking()

    @property
    def lost(self) -> bool:
        """The client has gone. Cheaper to ask than ASGI's `receive`, which has to be called and broken off for it."""
        return bool(self.transport.is_closing())

    def _would_garble(self) -> bool:
        """An answer to what came before is under way, or due."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        return bool(self.pipeline) or self.cycle.response_started or self._awaits_head

    # the parser calls these

    def on_url(self, url: bytes) -> None:
        self.url += url
        if len(self.url) > URL_LIMIT:
            self._refuse(URL_TOO_LONG)

    def on_headers_complete(self) -> None:
        if len(self.headers) > MOST_HEADERS or (self._unfinished > HEAD_LIMIT and self._size() > HEAD_LIMIT):
            self._refuse(HEAD_TOO_LARGE)
        self._awaits_head, self._unfinished = False, 0
        if self._patience is not None:
            self._disarm()
        scope = cast("dict[str, Any]", self.scope)
        scope[CONNECTION] = self
        super().on_headers_complete()
        scope[CYCLE] = self.cycle  # its task has not begun yet

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._awaits_head, self._unfinished = True, 0
        if self._patience is not None:
            self._disarm()
        super().on_message_complete()

    def _size(self) -> int:
        return sum(len(name) + len(value) for name, value in self.headers)

    def _refuse(self, refusal: Refusal) -> NoReturn:
        self._refusal = refusal
        raise RefusedHeadError(refusal[1])

    # the server calls these

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_taking()
        elif not self._awaits_head and self._patience is None:
            self._arm()  # its body has not ended: nobody reads it, and it shall not go on for ever

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_taking()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_taking()

    def _watch_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left and self._taking is None:
            self._taking = self.loop.call_later(self.taking_patience_s, self._look_at_taking, left)

    def _look_at_taking(self, before: int) -> None:
        """Once a period, while something waits to be taken."""
        self._taking = None
        if self.flow.write_paused or self.transport.is_closing():
            if self.transport.get_write_buffer_size() >= before:
                self.transport.abort()
            else:
                self._watch_taking()

    def _arm(self) -> None:
        self._patience = self.loop.call_later(self.patience_s, self._late)

    def _disarm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _late(self) -> None:
        self._patience = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._arm()  # an answer is under way: what came beside it waits
        elif self._unfinished:
            self._refusal = LATE
            self.send_400_response("")
        else:
            self.transport.close()
            self._watch_taking()


def _body(refusal: Refusal) -> bytes:
    """Nobody knows yet which API is meant: it reads as an error of OpenAI's, of Anthropic's, and as a problem."""
    status, code, sentence = refusal
    error = {"type": "invalid_request_error", "message": sentence, "param": None, "code": code}
    return msgspec.json.encode({"type": "error", "title": code, "status": status, "detail": sentence, "error": error})
