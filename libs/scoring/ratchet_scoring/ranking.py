"""How well does a ranking bring what is relevant? 0 to 1, of what stands in it first.

hit@k: whether any of the first k is relevant. Reciprocal rank: one over the place of the first that is, whose mean over
questions is the MRR (Voorhees, The TREC-8 Question Answering Track Report, 1999). nDCG@k: the gains, each over the
logarithm to base 2 of its place plus one, added up, as a share of what the best order would give (Järvelin and
Kekäläinen, 2002; with the discount of Burges et al., 2005). What stands in a ranking twice counts where it stands
first.
"""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def hit(ranked: Iterable[Hashable], relevant: Collection[Hashable], k: int) -> float:
    return float(any(one in relevant for one in _first(ranked, k)))


def reciprocal_rank(ranked: Iterable[Hashable], relevant: Collection[Hashable]) -> float:
    """0 where nothing relevant is in it."""
    places = (place for place, one in enumerate(_once(ranked), 1) if one in relevant)
    return 1 / next(places, math.inf)


def ndcg(ranked: Iterable[T], gains: Mapping[T, float], k: int) -> float:
    """`gains`, from 0: of all that is relevant, found or not. Raises ValueError where nothing is."""
    best = dcg(sorted(gains.values(), reverse=True)[:k])
    if not best > 0:
        raise ValueError("Nothing is relevant: without a gain above 0 no order is better than another.")
    return dcg([gains.get(one, 0.0) for one in _first(ranked, k)]) / best


def dcg(gains: Sequence[float]) -> float:
    """In the order of the ranking; from 0, without an upper end."""
    return math.fsum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _first(ranked: Iterable[T], k: int) -> list[T]:
    return _once(ranked)[:k]


def _once(ranked: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(ranked))
