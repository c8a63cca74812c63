"""A body that comes in pieces, line by line. Memory is bounded by the longest line."""

from collections.abc import AsyncIterator
from typing import Final

LONGEST_LINE: Final = 256 * 1024


async def lines_of(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """Without their ends. None: a line that is longer than LONGEST_LINE, whose text is passed over."""
    rest, too_long = bytearray(), False  # which grows in place, in however small pieces a line comes
    async for piece in pieces:
        *whole, rest_of_piece = piece.split(b"\n")
        for line in whole:
            yield None if too_long or len(rest) + len(line) > LONGEST_LINE else bytes(rest) + line
            rest, too_long = bytearray(), False
        if too_long or len(rest) + len(rest_of_piece) > LONGEST_LINE:
            rest, too_long = bytearray(), True
        else:
            rest += rest_of_piece
    if rest or too_long:
        yield None if too_long else bytes(rest)
