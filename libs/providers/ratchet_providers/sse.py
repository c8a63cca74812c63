"""Server-sent events, as they arrive: bytes in, events out. Pure but for the rest that it holds."""

from typing import NamedTuple

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # one may begin a stream, and says nothing
LINE_LIMIT = 32 * 1024 * 1024  # a picture is one event


class Event(NamedTuple):
    """`data`: its lines, joined by newlines."""

    name: str
    data: bytes


class EventTooLongError(Exception):
    """An event has no end within what is held for one."""


class Events:
    """Feed it what came; it gives the events that are complete. A comment, such as a keep-alive, is none."""

    def __init__(self) -> None:
        self._held: list[bytes] = []  # bits of an event that has no end yet: joined once, not with each that comes
        self._size = 0
        self._begun = False

    @property
    def holding(self) -> bool:
        """An event has begun that has no end yet."""
        return bool(self._held)

    def feed(self, came: bytes) -> list[Event]:
        """Raises EventTooLongError."""
        if self._held:
            seam = self._held[-1][-1:] + came
            if b"\n\n" not in seam and b"\r" not in seam:
                self._hold(came)
                return []
            came = b"".join([*self._held, came])
        return self._feed(_newlines(came) if b"\r" in came else came)

    def _feed(self, there: bytes) -> list[Event]:
        *whole, rest = there.split(b"\n\n")
        if whole and not self._begun:
            self._begun, whole[0] = True, whole[0].removeprefix(BYTE_ORDER_MARK)
        self._held, self._size = [], 0
        if rest:
            self._hold(rest)
        return [event for block in whole if (event := _event(block)) is not None]

    def _hold(self, bit: bytes) -> None:
        self._held.append(bit)
        self._size += len(bit)
        if self._size > LINE_LIMIT:
            raise EventTooLongError(f"An event of more than {LINE_LIMIT} bytes has no end.")

    def end(self) -> list[Event]:
        """What the last bytes amount to, where the empty line after them never came."""
        rest, self._held = b"".join(self._held), []
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
