"""Which of several values of a metric and period is the company's: segments have rows of the same name. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from ratchet_documents.graph.model import Relation


def agreed(relations: Sequence[Relation]) -> list[Relation]:
    """Values that differ on one page are of segments, and all left out; of those that are left, the one that most pages
    have is kept, of equally many the first: the statements stand before their explanations.
    """
    values = defaultdict[tuple[str, ...], dict[int, set[float]]](lambda: defaultdict(set))
    for one in relations:
        if one.type == "reports" and one.value is not None:
            values[one.ends][one.where.page].add(one.value)
    best = {ends: _best(pages) for ends, pages in values.items()}
    return [one for one in relations if one.type != "reports" or best.get(one.ends) == (one.value,)]


def _best(pages: dict[int, set[float]]) -> tuple[float, ...]:
    alone = [next(iter(found)) for _, found in sorted(pages.items()) if len(found) == 1]
    counted = Counter(alone)
    return (max(counted, key=lambda value: (counted[value], -alone.index(value))),) if alone else ()
