"""Where an answer that broke off is continued by another call: what comes is joined to what was shown. Pure.

Text is never shown twice: what the model repeats is cut out, and what cannot be joined is an error (`repeating.py`).
"""

from collections.abc import Sequence

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Chunk
from ratchet_router.repeating import LOOKED_AT, repeated


class Seam:
    def __init__(self, so_far: str) -> None:
        self._so_far = so_far
        self._held: list[Piece] = []
        self._open = True

    def joined(self, pieces: Sequence[Piece]) -> list[Piece]:
        """What may be shown of these and of those held back before. Raises SeamError."""
        if not self._open:
            return list(pieces)
        self._held += pieces
        text = "".join(piece.text for piece in self._held)
        ended = any(piece.finish for piece in pieces)
        count = repeated(self._so_far, text, ended=ended) if ended or len(text) >= LOOKED_AT else None
        if count is None:
            return []
        self._open = False
        return _without_text(self._held, count)


def _without_text(pieces: Sequence[Piece], count: int) -> list[Piece]:
    """The pieces without the first `count` characters of their text; the roles that began the call are gone too, and
    what was thought before going on.
    """
    found = []
    for piece in pieces:
        cut = min(count, len(piece.text))
        count -= cut
        shown = _shortened(piece, cut)
        if shown.text or shown.shows or shown.finish or shown.usage:
            found.append(shown)
    return found


def _shortened(piece: Piece, cut: int) -> Piece:
    """Only text and what begins a call of its own is taken away: calls of tools may stand beside it."""
    if piece.chunk is None or not piece.chunk.choices:
        return piece
    text = piece.text[cut:]
    first = piece.chunk.choices[0]
    content = text if first.delta.content else None
    refusal = text if first.delta.refusal and not content else None
    delta = msgspec.structs.replace(
        first.delta,
        role=None,
        content=content or None,
        refusal=refusal or None,
        reasoning_content=None,
        reasoning=None,
        thinking_blocks=None,
    )
    choices = [msgspec.structs.replace(first, delta=delta), *piece.chunk.choices[1:]]
    chunk: Chunk = msgspec.structs.replace(piece.chunk, choices=choices)
    return msgspec.structs.replace(piece, chunk=chunk, data=b"", text=text, shows=delta.shows)
