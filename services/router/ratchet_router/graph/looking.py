"""Use case: a tenant's graph is looked at, page by page, or around one entity. Bounded in what is read and shown."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ratchet_documents.graph import Graph, Relation, expanded, final_id, merged
from ratchet_documents.graph.expanding import MOST_ENTITIES, MOST_RELATIONS
from ratchet_router.graph.asked import Asked, fitting
from ratchet_router.graph.part import Part
from ratchet_router.graph.store import Kept, Narrow

MOST_READ: Final = 40  # documents, in one look
PORTION: Final = 10  # of them, that the list asks the store for at once
FURTHER: Final = 20  # neighbours whose own documents are looked into as well
MOST_MEANT: Final = 5  # companies that are told where a name is the beginning of several
TOO_MANY: Final = f"More than {MOST_READ} documents speak of it: the newest {MOST_READ} were read."
NOTHING: Final = "The documents speak of nothing of the kind, as far as the rules found it."
UNNAMED: Final = "Nothing that the documents speak of has the name {}."
FULL: Final = "There is more around it than is shown: what the most relations join is shown first."


class Graphs(Protocol):
    """`store.MongoGraphStore`."""

    async def listed(
        self, tenant: str, narrow: Narrow, *, keys: Sequence[str] = (), until: str = "", limit: int = MOST_READ
    ) -> list[Kept]:
        """Newest documents first. Raises RetryLaterError."""


class GraphsByName(Graphs, Protocol):
    async def keys_that_begin(self, tenant: str, beginning: str, most: int) -> list[str]:
        """Ids of entities, in order. Raises RetryLaterError."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the list goes on: behind so many of the fitting relations of a document. Empty: with the newest."""

    document: str = ""
    behind: int = 0

    def __str__(self) -> str:
        return f"{self.document}:{self.behind}"


@dataclass(frozen=True, slots=True)
class Seen:
    """`parts`: what fits of the documents that were read. `seeds`: ids around which it is. `notes`: sentences."""

    graph: Graph
    parts: tuple[Part, ...] = ()
    seeds: tuple[str, ...] = ()
    next: Cursor | None = None
    notes: tuple[str, ...] = ()


class Looking:
    def __init__(self, graphs: GraphsByName) -> None:
        self._graphs = graphs

    async def page(self, tenant: str, asked: Asked, cursor: Cursor, limit: int) -> Seen:
        """Up to `limit` relations, of the newest documents first. Raises RetryLaterError."""
        asked, notes = await self._by_whole_name(tenant, asked)
        parts: list[Part] = []
        at: Cursor | None = cursor
        left = limit
        for _ in range(MOST_READ // PORTION):
            if at is None or left <= 0:
                break
            found = await self._graphs.listed(
                tenant, asked.narrow, keys=asked.keys, until=at.document, limit=PORTION + 1
            )
            taken, at = await asyncio.to_thread(_taken, found, asked, at, left)
            parts += [one for one in taken if one.graph.entities]
            left -= sum(len(one.graph.relations) for one in taken)
        graph = await asyncio.to_thread(merged, [one.graph for one in parts])
        empty = (NOTHING,) if not graph.entities and at is None and cursor == Cursor() else ()
        return Seen(graph, tuple(parts), next=at, notes=notes or empty)

    async def around(self, tenant: str, asked: Asked, hops: int, limit: int) -> Seen:
        """Of the newest documents that name the entity, and where it goes further those that name its neighbours.

        Raises RetryLaterError.
        """
        asked, notes = await self._by_whole_name(tenant, asked)
        found = list(await self._graphs.listed(tenant, asked.narrow, keys=asked.ids, limit=MOST_READ + 1))
        near = await asyncio.to_thread(_around, found[:MOST_READ], asked, hops, limit)
        whole = tuple(key for key in near.seeds if key not in asked.ids)  # of whom documents know the short name
        if whole and (more := await self._more(tenant, asked, whole, found)):
            found += more
            near = await asyncio.to_thread(_around, found[:MOST_READ], asked, hops, limit)
        further = _whom(near) if hops > 1 else ()
        if further and (more := await self._more(tenant, asked, further, found)):
            near = await asyncio.to_thread(_around, [*found, *more], asked, hops, limit)
        too_many = (TOO_MANY,) if len(found) > MOST_READ else ()
        unnamed = () if near.seeds or notes else (UNNAMED.format(asked.entity),)
        return replace(near, notes=(*notes, *unnamed, *too_many, *near.notes))

    async def _more(self, tenant: str, asked: Asked, keys: Sequence[str], found: Sequence[Kept]) -> list[Kept]:
        """Documents that have one of the keys and are not among those that were found, as far as there is room."""
        if (room := MOST_READ - len(found)) <= 0:
            return []
        known = {one.part.document_id for one in found}
        others = await self._graphs.listed(tenant, asked.narrow, keys=keys, limit=MOST_READ)
        return [one for one in others if one.part.document_id not in known][:room]

    async def _by_whole_name(self, tenant: str, asked: Asked) -> tuple[Asked, tuple[str, ...]]:
        """Where nobody has the name that is asked for, the company whose name begins with it; with what is to be said
        of that. Several are told, and none is taken.
        """
        named = asked.company_named
        if not named or await self._graphs.listed(tenant, Narrow(), keys=asked.keys, limit=1):
            return asked, ()
        found = await self._graphs.keys_that_begin(tenant, f"company:{named} ", MOST_MEANT + 1)
        names = [key.partition(":")[2] for key in found]
        if len(found) == 1:
            return asked.of_company(found[0]), (f"Taken for the company {names[0]}.",)
        more = " and more" if len(found) > MOST_MEANT else ""
        several = f"Several companies begin so: {', '.join(names[:MOST_MEANT])}{more}. Ask for one of them."
        return asked, (several,) if found else ()


def centred(seen: Seen) -> Graph:
    """What a picture can show of it: around its seeds, or else around those that the most relations join."""
    if len(seen.graph.entities) <= MOST_ENTITIES:
        return seen.graph
    weights = Counter(end for one in seen.graph.relations for end in one.ends)
    most = sorted(seen.graph.entities, key=lambda key: (-weights[key], key))[:MOST_ENTITIES]
    return expanded(seen.graph, seen.seeds or most, hops=1 if seen.seeds else 0)


def _taken(found: Sequence[Kept], asked: Asked, cursor: Cursor, room: int) -> tuple[list[Part], Cursor | None]:
    """What fits of them, with where to go on; None: that was all."""
    parts: list[Part] = []
    for one in found[:PORTION]:
        if room <= 0:
            return parts, Cursor(one.part.document_id)
        part = one.unpacked()
        its = fitting(part, asked)
        behind = cursor.behind if part.document_id == cursor.document else 0
        shown = its.relations[behind : behind + room]
        parts.append(replace(part, graph=_cut(its, shown, first=behind == 0)))
        room -= len(shown)
        if behind + len(shown) < len(its.relations):
            return parts, Cursor(part.document_id, behind + len(shown))
    return parts, Cursor(found[PORTION].part.document_id) if len(found) > PORTION else None


def _cut(graph: Graph, shown: tuple[Relation, ...], *, first: bool) -> Graph:
    """With the entities that no relation speaks of on the first page of the document."""
    ends = {end for one in shown for end in one.ends}
    related = {end for one in graph.relations for end in one.ends}
    its = {key: one for key, one in graph.entities.items() if key in ends or (first and key not in related)}
    return Graph(its, shown, graph.linked)


def _around(found: Sequence[Kept], asked: Asked, hops: int, limit: int) -> Seen:
    wanted = replace(asked, entity="")
    parts = tuple(replace(part, graph=fitting(part, wanted)) for part in (one.unpacked() for one in found))
    graph = merged([one.graph for one in parts])
    seeds = tuple(sorted({final_id(one, graph.linked) for one in asked.ids} & graph.entities.keys()))
    most = min(limit, MOST_RELATIONS)
    near = expanded(graph, seeds, hops)
    full = len(near.entities) == MOST_ENTITIES or len(near.relations) > most or len(near.relations) == MOST_RELATIONS
    near = near if len(near.relations) <= most else _with(near, near.relations[:most], seeds)
    shown = {one.where.document_id for one in near.relations}
    its = tuple(one for one in parts if one.document_id in shown or near.entities.keys() & one.graph.entities.keys())
    return Seen(near, its, seeds, notes=(FULL,) if full else ())


def _with(near: Graph, shown: tuple[Relation, ...], seeds: Sequence[str]) -> Graph:
    """No entity without a relation that is shown."""
    ends = {end for one in shown for end in one.ends} | set(seeds)
    return Graph({key: one for key, one in near.entities.items() if key in ends}, shown, near.linked)


def _whom(near: Seen) -> tuple[str, ...]:
    """Companies and people around it: of them documents may tell that do not name it."""
    found = [key for key, one in near.graph.entities.items() if one.kind in ("company", "person")]
    return tuple(key for key in found if key not in near.seeds)[:FURTHER]
