"""The events of a streamed response, numbered as they go out."""

from typing import Any

import msgspec

from ratchet_router.shapes.data_lines import data_lines

_encode = msgspec.json.Encoder().encode


class Events:
    """Collects what goes out next; `taken` gives it. An event is named twice: for SSE, and in its data."""

    def __init__(self) -> None:
        self.next = 0
        self._waiting: list[bytes] = []

    def add(self, kind: str, **said: Any) -> None:
        data = _encode({"type": kind, "sequence_number": self.next, **said})
        self.next += 1
        self._waiting.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), data))

    def pass_on(self, event: str, data: bytes) -> None:
        """One that came in this shape, as it came."""
        name = b"event: %b\n" % event.encode() if event else b""
        self._waiting.append(b"%bdata: %b\n\n" % (name, data_lines(data)))

    def taken(self) -> bytes:
        there, self._waiting = self._waiting, []
        return b"".join(there)
