"""Answers of which several users spoke: what they said of one is one score. No sum of words tells that. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ratchet_feedback.rollups.pieces import Kind, Piece


@dataclass(slots=True)
class SpokenOf:
    """One answer. `issues`: how many of its users named each."""

    kind: Kind
    words: int = 0
    scored: int = 0
    total: float = 0.0
    by_rating: Counter[str] = field(default_factory=Counter)
    issues: Counter[str] = field(default_factory=Counter)

    @property
    def score(self) -> float | None:
        return self.total / self.scored if self.scored else None

    def add(self, piece: Piece) -> None:
        self.words += 1
        if piece.score is not None:
            self.scored, self.total = self.scored + 1, self.total + piece.score
        if piece.rating:
            self.by_rating[piece.rating] += 1
        self.issues.update(piece.issues)


def by_answer(pieces: Iterable[Piece]) -> list[SpokenOf]:
    found: dict[bytes, SpokenOf] = {}
    for piece in pieces:
        if piece.is_word:
            found.setdefault(piece.about, SpokenOf(piece.kind)).add(piece)
    return list(found.values())
