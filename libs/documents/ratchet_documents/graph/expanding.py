"""From what a question names to what hangs together with it. Pure, and bounded."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from ratchet_documents.asked_companies import short_name
from ratchet_documents.graph.metrics import METRICS
from ratchet_documents.graph.model import Graph, Relation
from ratchet_documents.metadata.periods import periods_in

MOST_ENTITIES: Final = 60
MOST_RELATIONS: Final = 500
MOST_HOPS: Final = 4
WEEK: Final = timedelta(days=7)
LONGEST: Final = 4_000  # characters of a question that are looked at

_WORD: Final = re.compile(r"\w+(?:&\w+)?")
_TITLED: Final = ("company", "person")


def asked_entities(question: str, graph: Graph) -> tuple[str, ...]:
    """Those that it names: a company by any of its names (a ticker as it is written), a person, a metric, a period."""
    asked = question[:LONGEST]
    words = words_of(asked)
    said = f" {' '.join(words)} "
    raw = f" {' '.join(_WORD.findall(asked))} "
    metrics = {f"metric:{metric}" for name, metric in METRICS.items() if f" {' '.join(words_of(name))} " in said}
    periods = periods_in(asked)
    found = []
    for one in graph.entities.values():
        if one.kind in _TITLED:
            named = any(_is_named(name, said, raw) for name in one.names)
        elif one.kind == "metric":
            named = one.id in metrics
        else:
            named = one.kind == "period" and any(is_of_period(one.id.partition(":")[2], period) for period in periods)
        if named:
            found.append(one.id)
    return tuple(sorted(found))


def expanded(
    graph: Graph, seeds: Iterable[str], hops: int = 1, most: int = MOST_ENTITIES, relations: int = MOST_RELATIONS
) -> Graph:
    """Up to so many hops away; of each hop those first that the most relations join to what is there already.

    Raises ValueError for hops and counts beyond the bounds.
    """
    if not 0 <= hops <= MOST_HOPS or not 1 <= most <= MOST_ENTITIES or not 0 <= relations <= MOST_RELATIONS:
        raise ValueError(
            f"A neighbourhood has up to {MOST_HOPS} hops, {MOST_ENTITIES} entities and {MOST_RELATIONS} relations."
        )
    by_end = defaultdict[str, list[Relation]](list)
    for one in graph.relations:
        for end in one.ends:
            by_end[end].append(one)
    held = dict.fromkeys(sorted(one for one in set(seeds) if one in graph.entities)[:most])
    edge: Sequence[str] = list(held)
    for _ in range(hops):
        weights = Counter(end for seed in edge for one in by_end[seed] for end in one.ends if end not in held)
        edge = sorted(weights, key=lambda end: (-weights[end], end))[: most - len(held)]
        held |= dict.fromkeys(edge)
    within = [one for one in graph.relations if len(one.ends) > 1 and held.keys() >= set(one.ends)]
    return Graph({one: graph.entities[one] for one in held}, tuple(within[:relations]))


def _is_named(name: str, said: str, raw: str) -> bool:
    if name.isupper() and len(name) <= 5:
        return f" {name} " in raw
    short = short_name(name)
    return bool(short) and f" {short} " in said


def is_of_period(key: str, period: str) -> bool:
    """`3M-2022-06-25` is of 2022-Q2, by the calendar, and of 2022. Years of 52 weeks end some days sooner or later:
    what ends in the first days of a quarter is of the one before.
    """
    if key == period:
        return True
    year, _, part = period.partition("-")
    length, _, end = key.rpartition("M-")
    if len(end) != 10:
        return not part and end.startswith(year)
    ended = date.fromisoformat(end) - WEEK
    if str(ended.year) != year:
        return False
    return not part or (part == f"Q{(ended.month + 2) // 3}" and length in ("", "3"))


def words_of(text: str) -> list[str]:
    """In which names are told apart: a possessive is the name, and `R&D` one word."""
    return _WORD.findall(re.sub(r"['’]s\b", "", text).casefold())
