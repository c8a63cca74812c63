"""What several looks brought, as one list. Pure: by reciprocal rank, so that what came twice stands above."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from ratchet_router.grounding.sources import Source

K: Final = 60  # as usual for reciprocal rank fusion: Cormack, Clarke and Büttcher, 2009


def merged(before: Sequence[Source], now: Sequence[Source]) -> tuple[Source, ...]:
    """Each passage once, as it came last."""
    weights: dict[tuple[str, int], float] = {}
    known: dict[tuple[str, int], Source] = {}
    for brought in (before, now):
        for rank, source in enumerate(brought, 1):
            weights[source.key] = weights.get(source.key, 0.0) + 1 / (K + rank)
            known[source.key] = source
    return tuple(sorted(known.values(), key=lambda source: -weights[source.key]))


def boosted(found: Sequence[Source], joined: Sequence[Source]) -> tuple[Source, ...]:
    """What the graph joins beside what was searched for: what comes by both keeps its score, and stands above."""
    if not joined:
        return tuple(found)
    known = {source.key: source for source in found}
    both = [replace(its, ranks={**its.ranks, **one.ranks}) if (its := known.get(one.key)) else one for one in joined]
    return merged(found, both)


def new_in(now: Sequence[Source], before: Sequence[Source]) -> int:
    known = {source.key for source in before}
    return sum(source.key not in known for source in now)
