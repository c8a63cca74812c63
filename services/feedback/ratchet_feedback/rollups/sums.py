"""What the feedback of a time adds up to, by the kind of the answers. Sums of parts are those of the whole. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct, field

from ratchet_feedback.rollups.evidence import NOT_CONTENT, Evidence, Shown
from ratchet_feedback.rollups.pieces import GONE, JOINED, Kind, Piece

MOST_KINDS: Final = 500  # of models, versions and templates, in one hour or day


class Key(NamedTuple):
    """`signal`, `of_session`: nobody said a word on the one answer."""

    kind: Kind
    rating: str | None  # None: nobody rated
    signal: str | None
    of_session: bool


class Scored(Struct, array_like=True):
    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, score: float | None) -> None:
        if score is not None:
            self.n, self.total, self.squares = self.n + 1, self.total + score, self.squares + score * score

    def include(self, other: "Scored") -> None:
        self.n, self.total = self.n + other.n, self.total + other.total
        self.squares += other.squares


class Naming(Struct, array_like=True):
    """Of one issue. `alone`: of these words, those on answers of which nobody else said any, with their scores."""

    words: int = 0
    alone: int = 0
    scores: Scored = field(default_factory=Scored)

    def include(self, other: "Naming") -> None:
        self.words, self.alone = self.words + other.words, self.alone + other.alone
        self.scores.include(other.scores)


class Sums(Struct, array_like=True):
    words: int = 0
    corrections: int = 0
    scores: Scored = field(default_factory=Scored)
    starred: int = 0
    stars: int = 0
    weight: float = 0.0  # of words on sessions: the parts that count at these answers
    weighed: float = 0.0
    alone: int = 0
    alone_scores: Scored = field(default_factory=Scored)
    issues: dict[str, Naming] = field(default_factory=dict)

    def add(self, piece: Piece, *, alone: bool) -> None:
        self.words += 1
        self.corrections += piece.corrected
        self.scores.add(piece.score)
        self.starred += bool(piece.stars)
        self.stars += piece.stars or 0
        self.weight += piece.weight
        self.weighed += piece.weight * (piece.score or 0.0)
        if alone:
            self.alone += 1
            self.alone_scores.add(piece.score)
        for issue in piece.issues:
            naming = self.issues.setdefault(issue, Naming())
            naming.words += 1
            if alone:
                naming.alone += 1
                naming.scores.add(piece.score)

    def include(self, other: "Sums") -> None:
        self.words += other.words
        self.corrections += other.corrections
        self.scores.include(other.scores)
        self.starred, self.stars = self.starred + other.starred, self.stars + other.stars
        self.weight, self.weighed = self.weight + other.weight, self.weighed + other.weighed
        self.alone += other.alone
        self.alone_scores.include(other.alone_scores)
        for issue, naming in other.issues.items():
            self.issues.setdefault(issue, Naming()).include(naming)


class Rollup:
    """`waiting`: by state, what is of no kind of answer, since none has come."""

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        self.rows: dict[Key, Sums] = {}
        self.evidence = Evidence()

    def add(self, piece: Piece, *, alone: bool) -> None:
        """`alone`: nobody else said a word on the answer, so that its score is the answer's."""
        if piece.state == GONE:
            return
        if piece.state != JOINED:
            self.waiting[piece.state] += 1
            return
        key = Key(piece.kind, piece.rating, piece.signal, piece.of_session)
        self.rows.setdefault(key, Sums()).add(piece, alone=alone and piece.is_word)
        if piece.is_word and piece.score is not None:
            for issue in (*piece.issues, *((NOT_CONTENT,) if piece.score < 1 else ())):
                self.evidence.add(Shown(piece.kind, issue, piece.result_id, piece.score, piece.place))

    def include(self, other: "Rollup") -> None:
        self.waiting.update(other.waiting)
        for key, sums in other.rows.items():
            self.rows.setdefault(key, Sums()).include(sums)
        self.evidence.include(other.evidence.shown())

    @property
    def has_others(self) -> bool:
        return any(key.kind.is_others for key in self.rows)

    def tells_as(self, other: "Rollup") -> bool:
        """The same, of two that are bounded."""
        shown = set(self.evidence.best()) == set(other.evidence.best())
        return shown and self.waiting == other.waiting and self.rows == other.rows

    def bounded(self, most: int = MOST_KINDS) -> "Rollup":
        """With so many kinds of which most was said; the rest of each task and type of document is told together."""
        told = Counter[Kind]()
        for key, sums in self.rows.items():
            told[key.kind] += sums.words
        ranked = sorted((k for k in told if not k.is_others), key=lambda kind: (-told[kind], repr(kind)))
        if len(ranked) <= most:
            return self
        rest, found = set(ranked[most:]), Rollup()
        found.waiting.update(self.waiting)
        for key, sums in self.rows.items():
            kept = key._replace(kind=key.kind.among_others) if key.kind in rest else key
            found.rows.setdefault(kept, Sums()).include(sums)
        found.evidence.include(
            one._replace(kind=one.kind.among_others) if one.kind in rest else one for one in self.evidence.shown()
        )
        return found


def added(parts: Iterable[Rollup]) -> Rollup:
    whole = Rollup()
    for part in parts:
        whole.include(part)
    return whole
