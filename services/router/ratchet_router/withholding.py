"""A stream's pieces put together as they pass, and its end held back until the answer is recorded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_assembly import ChatAssembly


@dataclass(slots=True)
class Withholding:
    """`choices`: how many the caller asked for: the end is what comes from the end of the last of them on."""

    choices: int = 1
    held: list[Piece] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    finish: str = ""
    usage: Usage | None = None
    events: list[tuple[str, msgspec.Raw]] = field(default_factory=list)  # in the caller's own shape
    assembly: ChatAssembly = field(default_factory=ChatAssembly)

    @property
    def written(self) -> int:
        """Characters, of calls of tools as well, and of all choices."""
        return self.assembly.written() if self.assembly.begun else sum(map(len, self.text))

    def passing(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Those that may go on now."""
        for number, piece in enumerate(pieces):
            self._take(piece)
            if self.held or self._at_end():
                self.held.append(piece)
                for later in pieces[number + 1 :]:
                    self._take(later)
                    self.held.append(later)
                return pieces[:number]
        return pieces

    def _take(self, piece: Piece) -> None:
        if piece.chunk is not None:
            self.assembly.add(piece.chunk, piece.data)
        else:
            self.events.append((piece.event, msgspec.Raw(piece.data)))
        if piece.text:
            self.text.append(piece.text)
        self.finish = piece.finish or self.finish
        self.usage = piece.usage or self.usage

    def _at_end(self) -> bool:
        return self.assembly.ended >= self.choices if self.assembly.begun else bool(self.finish)
