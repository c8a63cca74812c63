"""AWS's framing of streams (application/vnd.amazon.eventstream): bytes in, frames out.

A frame: its length, its headers' length, a checksum of these two, the headers, the payload, a checksum of all.
"""

import zlib
from collections.abc import Mapping
from struct import Struct
from typing import Final, NamedTuple

PRELUDE: Final = Struct(">III")
CHECKSUM: Final = Struct(">I")
SMALLEST: Final = PRELUDE.size + CHECKSUM.size
LONGEST: Final = 24 * 1024 * 1024  # as AWS says
TEXT: Final = 7  # a header's type
SIZES: Final[Mapping[int, int]] = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # bytes of the others' values
COUNTED: Final = (6, TEXT)  # types whose values say their length


class FrameError(Exception):
    """What came is no frame."""


class Frame(NamedTuple):
    """`headers`: those that are texts."""

    headers: Mapping[str, str]
    payload: bytes


class Frames:
    """Feed it what came; it gives the frames that are complete."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._raw = b""  # nearly every frame has the headers of the one before
        self._headers: dict[str, str] = {}

    def feed(self, came: bytes) -> list[Frame]:
        """Raises FrameError."""
        self._rest += came
        found, start = [], 0
        while len(self._rest) - start >= PRELUDE.size:
            length, in_headers = self._prelude(start)
            if len(self._rest) - start < length:
                break
            found.append(self._frame(bytes(self._rest[start : start + length]), in_headers))
            start += length
        del self._rest[:start]
        return found

    @property
    def half(self) -> bool:
        """A frame has begun and not ended."""
        return bool(self._rest)

    def _prelude(self, start: int) -> tuple[int, int]:
        length, in_headers, said = PRELUDE.unpack_from(self._rest, start)
        if zlib.crc32(self._rest[start : start + 8]) != said:
            raise FrameError("A frame's lengths do not fit their checksum.")
        if not SMALLEST + in_headers <= length <= LONGEST:
            raise FrameError(f"A frame says that it has {length} bytes.")
        return length, in_headers

    def _frame(self, whole: bytes, in_headers: int) -> Frame:
        if zlib.crc32(whole[: -CHECKSUM.size]) != CHECKSUM.unpack_from(whole, len(whole) - CHECKSUM.size)[0]:
            raise FrameError("A frame does not fit its checksum.")
        raw = whole[PRELUDE.size : PRELUDE.size + in_headers]
        if raw != self._raw:
            self._raw, self._headers = raw, _headers(raw)
        return Frame(self._headers, whole[PRELUDE.size + in_headers : -CHECKSUM.size])


def _headers(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(raw):
            name_end = at + 1 + raw[at]
            name, kind, at = raw[at + 1 : name_end].decode(), raw[name_end], name_end + 1
            size = int.from_bytes(raw[at : at + 2], "big") if kind in COUNTED else SIZES[kind]
            at += 2 if kind in COUNTED else 0
            if at + size > len(raw):
                raise FrameError("A frame's header is longer than its headers.")
            if kind == TEXT:
                found[name] = raw[at : at + size].decode()
            at += size
    except (IndexError, KeyError, UnicodeDecodeError) as broken:
        raise FrameError("A frame's headers cannot be read.") from broken
    return found
