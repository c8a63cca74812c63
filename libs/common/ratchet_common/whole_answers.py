"""An answer that is all there goes out at once: head and body in one write, by none of ASGI's steps.

uvicorn writes them one after the other, each with a call of the system, and looks at every header with two regular
expressions; that costs as much as a small answer's whole decision.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from starlette.types import Message, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

CYCLE: Final = "ratchet.cycle"  # in a request's scope, where uvicorn serves it by `BoundedHttp`
Headers = Sequence[tuple[bytes, bytes]]
LARGE: Final = 64 * 1024  # bytes of a body that would be copied for nothing
ORDINARY: Final = (b"connection", b"transfer-encoding")  # what these mean, uvicorn knows


class WholeAnswers:
    """`send` of one request: a head that says its body's length waits for it, as nobody streams what has a length."""

    __slots__ = ("_cycle", "_ordinary", "_waiting")

    def __init__(self, cycle: RequestResponseCycle, ordinary: Send) -> None:
        self._cycle, self._ordinary = cycle, ordinary
        self._waiting: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if any(name == b"content-length" for name, _ in message["headers"]):
                self._waiting = message
                return
        elif self._waiting is not None:
            head, self._waiting = self._waiting, None
            if went_out(self._cycle, head, message):
                return
            await self._ordinary(head)
        await self._ordinary(message)


def went_out(cycle: RequestResponseCycle, start: Message, body: Message) -> bool:
    """False: nothing was written, and it has to go the ordinary way."""
    headers: Headers = start["headers"]
    text: bytes = body.get("body", b"")
    if body.get("more_body", False) or not _is_free(cycle) or not _is_plain(headers, len(text)):
        return False
    head = head_of(start["status"], [*cycle.default_headers, *headers])
    if head is None:
        return False
    if len(text) > LARGE:
        cycle.transport.write(head)
        cycle.transport.write(text)
    else:
        cycle.transport.write(head + text)
    _complete(cycle)
    return True


def head_of(status: int, headers: Headers) -> bytes | None:
    """Of an answer. None where a name or a value holds what would end a line."""
    parts: list[bytes] = [STATUS_LINE[status]]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    parts.append(b"\r\n")
    head = b"".join(parts)
    lines = len(headers) + 2
    return head if head.count(b"\n") == lines == head.count(b"\r") and head.find(b"\0") < 0 else None


def _is_plain(headers: Iterable[tuple[bytes, bytes]], length: int) -> bool:
    said: Any = None
    for name, value in headers:
        if name in ORDINARY:
            return False
        if name == b"content-length":
            said = value
    return bool(said == b"%d" % length)


def _is_free(cycle: RequestResponseCycle) -> bool:
    """It stays open, takes what is written, and nobody logs or leaves out anything."""
    return not (
        cycle.response_started
        or cycle.disconnected
        or cycle.flow.write_paused
        or not cycle.keep_alive
        or cycle.access_log
        or cycle.scope["method"] == "HEAD"
    )


def _complete(cycle: RequestResponseCycle) -> None:
    """As uvicorn's own `send` leaves it after the last part."""
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.chunked_encoding = False
    cycle.message_event.set()
    cycle.on_response()
