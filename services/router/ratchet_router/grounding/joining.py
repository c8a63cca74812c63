"""Which relations of the graph join what a question names: their passages belong to what is read. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final, NamedTuple

from ratchet_common.plurals import so_many
from ratchet_documents.graph import Graph, Relation, RelationType, asked_entities, final_id
from ratchet_router.grounding.enough import words_of

MOST: Final = 6  # passages that come along so
ENOUGH: Final = 2  # of what counts for a relation: its ends that are named, its kind, another word of the question
TOLD: Final = 5  # names in a reason
ORDER: Final = ("company", "person", "metric", "period", "risk", "decision", "task")
LENGTH_OF_DAY: Final = 10
NOBODY: Final = frozenset[str]()
NONE: Final[Mapping[str, frozenset[str]]] = {}

_ASKS: Final[dict[RelationType, re.Pattern[str]]] = {
    "compares": re.compile(r"\b(?:compar\w*|versus|vs|compet\w*|rivals?|peers?|outperform\w*)\b", re.I),
    "holds_position": re.compile(
        r"\b(?:who|CEO|CFO|COO|CTO|chief|officers?|presidents?|chair\w*|directors?|treasurers?|positions?|roles?)\b",
        re.I,
    ),
    "owns": re.compile(
        r"\b(?:tasks?|actions?|to-?dos?|deadlines?|due|responsib\w*|promis\w*|assigned|agreed to|going to)\b", re.I
    ),
    "decides": re.compile(r"\b(?:deci\w+|agreed|approv\w*|resolv\w*|resolutions?|voted?)\b", re.I),
    "mentions_risk": re.compile(r"\b(?:risks?|risky|expos\w+|threat\w*|vulnerab\w*|uncertain\w*)\b", re.I),
}


class Joined(NamedTuple):
    """`relations`: at most one a passage, the best of each document before the second best of any. `names`: of what
    the question names. `peers`: ids of companies that it asks to compare with, and does not name.
    """

    relations: tuple[Relation, ...]
    names: tuple[str, ...]
    peers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """`named`: ids by their kind. `peers`: companies that it asks to compare the one with that it names."""

    named: dict[str, frozenset[str]]
    peers: frozenset[str]
    asks: frozenset[RelationType]
    words: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.named.values())) | self.peers


def joined(
    question: str,
    graph: Graph,
    newest: Sequence[str],
    own: Mapping[str, frozenset[str]] = NONE,
    meant: Sequence[str] = (),
) -> Joined:
    """`newest`: the ids of the documents, in the order in which they are to be heard. `own`: of those that are about a
    period that the question names, the ids under which they report it: a fiscal quarter ends where it likes. `meant`:
    ids of companies that it names by the first words of their names.
    """
    asked = _asked(question, graph, meant)
    worth = [(score, one) for one in graph.relations if (score := _worth(one, asked, graph, own)) >= ENOUGH]
    found = tuple(_in_turn(worth, newest))[:MOST]
    ends = {end for one in found for end in one.ends} & asked.ids
    named = sorted(ends, key=lambda one: (ORDER.index(one.partition(":")[0]), one))
    return Joined(found, tuple(graph.entities[one].name for one in named), tuple(sorted(asked.peers)))


def own_periods(graph: Graph) -> frozenset[str]:
    """Of a document: the last quarter and the last day of which it reports, each by its id."""
    quarters, days = set[str](), set[str]()
    for one in graph.relations:
        for end in one.ends if one.type == "reports" else ():
            kind, _, key = end.partition(":")
            if kind == "period" and len(key.rpartition("M-")[2]) == LENGTH_OF_DAY:
                (quarters if key.startswith("3M-") else days if "M-" not in key else set[str]()).add(end)
    return frozenset(max(found) for found in (quarters, days) if found)


def reason(found: Joined, passages: int, documents: int) -> str:
    names = ", ".join(found.names[:TOLD]) + (" and more" if len(found.names) > TOLD else "")
    came = f"{so_many(passages, 'passage')} of {so_many(documents, 'document')} came along"
    return f"The graph of the documents joins {names}: {came}."


def _asked(question: str, graph: Graph, meant: Sequence[str]) -> _Question:
    named: dict[str, set[str]] = defaultdict(set)
    by_first_words = (its for one in meant if (its := final_id(one, graph.linked)) in graph.entities)
    for one in (*asked_entities(question, graph), *by_first_words):
        named[one.partition(":")[0]].add(one)
    asks = frozenset(kind for kind, words in _ASKS.items() if words.search(question))
    names = {name for ids in named.values() for one in ids for name in graph.entities[one].names}
    return _Question(
        named={kind: frozenset(ids) for kind, ids in named.items()},
        peers=frozenset(_peers(graph, named["company"]) if "compares" in asks else ()),
        asks=asks,
        words=frozenset(words_of(question)) - {word for name in names for word in words_of(name)},
    )


def _peers(graph: Graph, companies: set[str]) -> Iterator[str]:
    """Who names several says by that with whom one is to be compared."""
    if len(companies) == 1:
        for one in graph.relations:
            if one.type == "compares" and companies.intersection(one.ends):
                yield from set(one.ends) - companies


def _worth(one: Relation, asked: _Question, graph: Graph, own: Mapping[str, frozenset[str]]) -> int:
    """0: it is of others than the question names."""
    its_own = own.get(one.where.document_id, NOBODY)
    ends = {end for end in one.ends if end in asked.ids or end in its_own}
    if not ends or not all(end in its_own or _is_meant(end, asked) for end in one.ends):
        return 0
    if one.type == "reports":  # a metric alone is reported by everybody
        return len(ends) if len(ends) < ENOUGH else len(ends) + ("metric" in asked.named)
    said = [one.text, *(graph.entities[end].name for end in one.ends if end not in ends)]
    further = not asked.words.isdisjoint(words_of(" ".join(said)))
    return len(ends) + (one.type in asked.asks) + further


def _is_meant(end: str, asked: _Question) -> bool:
    """Of a kind of which the question names some, it must be one of them, or a peer of it."""
    named = asked.named.get(end.partition(":")[0])
    return not named or end in named or end in asked.peers


def _in_turn(worth: Iterable[tuple[int, Relation]], newest: Sequence[str]) -> Iterator[Relation]:
    by_document: dict[str, dict[int, tuple[int, Relation]]] = defaultdict(dict)
    for score, one in worth:
        places = by_document[one.where.document_id]
        if one.where.chunk not in places or places[one.where.chunk][0] < score:
            places[one.where.chunk] = (score, one)
    orders = {id_: sorted(its.values(), key=lambda found: -found[0]) for id_, its in by_document.items()}
    best = sorted(orders, key=lambda id_: (-orders[id_][0][0], newest.index(id_)))
    for row in zip_longest(*(orders[id_] for id_ in best)):
        yield from (found[1] for found in row if found is not None)
