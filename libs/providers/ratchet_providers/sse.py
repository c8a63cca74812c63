"""Server-sent events, as they arrive: bytes in, events out. Pure but for the rest that it holds."""

from typing import NamedTuple

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # one may begin a stream, and says nothing
LINE_LIMIT = 8 * 1024 * 1024


class Event(NamedTuple):
    """`data`: its lines, joined by newlines."""

    name: str
    data: bytes


class EventTooLongError(Exception):
    """An event has no end within what is held for one."""


class Events:
    """Feed it what came; it gives the events that are complete. A comment, such as a keep-alive, is none."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False

    def feed(self, came: bytes) -> list[Event]:
        """Raises EventTooLongError."""
        if b"\r" in came or b"\r" in self._rest:
            return self._feed(_newlines(self._rest + came))
        return self._feed(self._rest + came if self._rest else came)

    def _feed(self, there: bytes) -> list[Event]:
        *whole, self._rest = there.split(b"\n\n")
        if whole and not self._begun:
            self._begun, whole[0] = True, whole[0].removeprefix(BYTE_ORDER_MARK)
        if len(self._rest) > LINE_LIMIT:
            raise EventTooLongError(f"An event of more than {LINE_LIMIT} bytes has no end.")
        return [event for block in whole if (event := _event(block)) is not None]

    def end(self) -> list[Event]:
        """What the last bytes amount to, where the empty line after them never came."""
        rest, self._rest = self._rest, b""
        event = _event(_newlines(rest + b"\n").rstrip(b"\n"))
        return [] if event is None else [event]


def _newlines(text: bytes) -> bytes:
    """A carriage return at the end may be half of a line's end: it stays."""
    last = text.endswith(b"\r")
    body = text[:-1] if last else text
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + (b"\r" if last else b"")


def _event(block: bytes) -> Event | None:
    if block.startswith(b"data: ") and b"\n" not in block:  # nearly every event there is
        return Event("", block[6:])
    name, data = "", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return Event(name, b"\n".join(data)) if data else None
