"""Where an answer that broke off is continued by another call: what comes is joined to what was shown. Pure.

A model that goes on may repeat the last words, or begin the whole answer anew. The first is cut out; the second cannot
be joined, and is an error: text is never shown twice.
"""

import string
from collections.abc import Sequence
from typing import Final

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Chunk

LOOKED_AT: Final = 120  # characters of what comes, held back to be compared
LEAST_OVERLAP: Final = 12  # fewer equal characters are chance
BEGUN_ANEW: Final = 24
WORDS: Final = 2  # that are the same, or letters of one that was begun
LETTERS: Final = string.ascii_letters


class SeamError(Exception):
    """What came begins the answer anew."""


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
        if len(text) < LOOKED_AT and not any(piece.finish for piece in pieces):
            return []
        self._open = False
        return _without_text(self._held, _repeated(self._so_far, text))


def _repeated(so_far: str, text: str) -> int:
    """How many characters at the beginning of `text` were shown already. Raises SeamError."""
    if len(so_far) < LEAST_OVERLAP and text.startswith(so_far):
        raise SeamError("The model said again what little was shown: whether it goes on cannot be told.")
    bare, said = text.lstrip(), so_far.rstrip()
    anew = min(BEGUN_ANEW, len(said))
    if anew >= LEAST_OVERLAP and bare[:anew] == said.lstrip()[:anew] and not said.endswith(bare[:anew]):
        raise SeamError("The model began its answer anew instead of going on.")
    count = _overlap(said, bare)
    if count:
        count += len(text) - len(bare)
        return count + (_spaces(text[count:]) if said != so_far else 0)
    return _word_again(so_far, text)


def _overlap(said: str, text: str) -> int:
    """Characters: of enough of them, or of two whole words at least."""
    longest = min(len(text), len(said))
    return next((n for n in range(longest, 2, -1) if said.endswith(text[:n]) and _is_no_chance(said, text, n)), 0)


def _is_no_chance(said: str, text: str, count: int) -> bool:
    if count >= LEAST_OVERLAP:
        return True
    same, before, after = text[:count], said[:-count][-1:], text[count : count + 1]
    whole = not (before.isalnum() and same[0].isalnum()) and not (after.isalnum() and same[-1].isalnum())
    return whole and len(same.split()) >= WORDS


def _word_again(so_far: str, text: str) -> int:
    """The answer broke off in or after a word, and what comes begins with it: joined, they would be no word.

    Of letters alone: figures may well go on with the same ones.
    """
    letters = len(so_far) - len(so_far.rstrip(LETTERS))
    word = so_far[len(so_far) - letters :]
    return letters if letters >= WORDS and text.startswith(word) else 0


def _spaces(text: str) -> int:
    return len(text) - len(text.lstrip())


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
