"""Several rankings as one, by reciprocal rank: Cormack, Clarke and Büttcher, SIGIR 2009."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K: Final = 60  # as in the paper: how little the first places count above the next
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Fused(Generic[Name]):
    """`ranks`: its place in each ranking, from 1; None where it is not in it."""

    name: Name
    score: float
    ranks: tuple[int | None, ...]


def fused(rankings: Sequence[Sequence[Name]], weights: Sequence[float] | None = None) -> list[Fused[Name]]:
    """Best first; of those that are alike, the one that comes first in the first ranking. Each has a name once."""
    weights = weights or [1.0] * len(rankings)
    places = [{name: place for place, name in enumerate(ranking, 1)} for ranking in rankings]
    names = dict.fromkeys(name for ranking in rankings for name in ranking)
    found = []
    for name in names:
        ranks = tuple(its.get(name) for its in places)
        score = sum(weight / (K + rank) for weight, rank in zip(weights, ranks, strict=True) if rank is not None)
        found.append(Fused(name, score, ranks))
    return sorted(found, key=lambda one: -one.score)
