"""A file's bytes become its lines, of which only the one that is not whole yet is kept. Pure."""

from dataclasses import dataclass
from typing import Final

LINE_MOST: Final = 4 * 1024 * 1024  # bytes
BOM: Final = b"\xef\xbb\xbf"  # that some editors put before the first line


@dataclass(frozen=True, slots=True)
class RawLine:
    """`number` counts from 1. `content` is None where it is longer than LINE_MOST."""

    number: int
    content: bytes | None


class Splitting:
    """Lines that hold nothing count, and are passed over."""

    def __init__(self, most: int = LINE_MOST) -> None:
        self._most, self._number = most, 0
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[RawLine]:
        *ends, rest = data.split(b"\n")
        found = [line for end in ends if (line := self._ended(end)) is not None]
        self._begin(rest)
        return found

    def end(self) -> list[RawLine]:
        line = self._ended(b"")
        return [line] if line is not None else []

    def _begin(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._most:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _ended(self, part: bytes) -> RawLine | None:
        self._begin(part)
        content, size = b"".join(self._parts), self._size
        self._parts, self._size = [], 0
        self._number += 1
        if self._number == 1:
            content = content.removeprefix(BOM)
        if size > self._most:
            return RawLine(self._number, None)
        return RawLine(self._number, content) if content.strip() else None
