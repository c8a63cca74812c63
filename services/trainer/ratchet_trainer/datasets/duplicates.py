"""Which examples say the same, and which one of them is kept? Pure."""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    example_id: UUID
    document_hash: str
    question_hash: str
    label: str | None  # None where the target is no label
    sampled: bool  # nobody said that it is right
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    examples: set[UUID]
    exact: int  # dropped: the same text
    near: int  # dropped: nearly the same text
    conflicting: int  # of those dropped, their label was another


def normalised(text: str) -> str:
    """What two texts have in common that differ in case, width or white space only."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def text_hash(text: str) -> str:
    return hashlib.sha256(normalised(text).encode(errors="surrogatepass")).hexdigest()


def drop_duplicates(candidates: Sequence[Candidate], leader_of: dict[str, str]) -> Kept:
    """One of each cluster of alike documents that were asked the same. `leader_of`: document hash to its cluster.

    Of labels that conflict the majority wins, and of a tie the newest; else the newest wins, in any case before what
    nobody confirmed.
    """
    clusters: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        clusters[leader_of[candidate.document_hash], candidate.question_hash].append(candidate)
    kept, exact, near, conflicting = set[UUID](), 0, 0, 0
    for alike in clusters.values():
        winner = _winner(alike)
        kept.add(winner.example_id)
        same = sum(c.document_hash == winner.document_hash for c in alike) - 1
        exact, near = exact + same, near + len(alike) - 1 - same
        conflicting += sum(c.label != winner.label for c in alike)
    return Kept(kept, exact, near, conflicting)


def _winner(alike: Sequence[Candidate]) -> Candidate:
    confirmed = [c for c in alike if not c.sampled] or alike
    votes = Counter(c.label for c in confirmed)
    most = max(votes.values())
    return max((c for c in confirmed if votes[c.label] == most), key=lambda c: (c.learned_at, c.example_id))
