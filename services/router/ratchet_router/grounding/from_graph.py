"""The adapter: passages in which the graph of a tenant's documents joins what a question names."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from msgspec.structs import replace

from ratchet_common.errors import RetryLaterError
from ratchet_documents.graph import Graph, candidates, merged
from ratchet_documents.graph.named import key_of
from ratchet_retrieval import AwayError, Place, Where
from ratchet_router.graph.looking import Graphs
from ratchet_router.graph.store import Kept, Narrow
from ratchet_router.grounding.as_known import as_known, ids_named
from ratchet_router.grounding.joining import Joined, joined, own_periods, reason
from ratchet_router.grounding.known import Knows, KnowsNothing
from ratchet_router.grounding.sources import Brought, KnowledgeAwayError, Source

GRAPH: Final = "graph"  # what the ranks stand under
MOST_READ: Final = 24  # documents whose graphs are looked into for a question
MOST_RELATIONS: Final = 20_000  # of all of them together
OF_NEWEST: Final = f"More than {MOST_READ} documents speak of what the question names: the newest were joined."
NOTHING: Final = Brought(sources=(), searched="")
log = logging.getLogger(__name__)

At = Callable[[str, Sequence[Place]], Awaitable[Sequence[Source]]]


class FromGraph:
    """`at`: the passages that stand there, of the tenant, in that order; raises AwayError. `knows`: of the documents
    whose companies a question may name by their first words.
    """

    def __init__(self, graphs: Graphs, at: At, knows: Knows | None = None) -> None:
        self._graphs, self._at, self._knows = graphs, at, knows or KnowsNothing()

    async def joined(self, tenant: str, question: str, where: Where) -> Brought:
        try:
            return await self._joined(tenant, question, where)
        except (AwayError, RetryLaterError) as error:
            log.warning("The graph of documents is away: %s", error)
            raise KnowledgeAwayError("The graph of documents is away.") from None

    async def _joined(self, tenant: str, question: str, where: Where) -> Brought:
        documents = (await self._knows.of(tenant)).documents
        narrow, meant = narrow_of(as_known(where, documents)), ids_named(question, documents)
        kept, too_many = await self._speaking_of(tenant, question, meant, narrow)
        if not kept:
            return NOTHING
        found, revisions = await asyncio.to_thread(_found, question, meant, kept)
        if found.peers and (room := MOST_READ - len(kept)) > 0:
            known = {one.part.document_id for one in kept}
            theirs = await self._graphs.listed(tenant, narrow, keys=found.peers, limit=MOST_READ)
            kept += [one for one in theirs if one.part.document_id not in known][:room]
            found, revisions = await asyncio.to_thread(_found, question, meant, kept)
        at = [one.where for one in found.relations]
        places = [Place(its.document_id, revisions[its.document_id], its.chunk) for its in at]
        sources = await self._at(tenant, places) if places else ()
        if not sources:
            return NOTHING
        ranked = tuple(replace(one, ranks={GRAPH: rank}) for rank, one in enumerate(sources, 1))
        said = reason(found, len(ranked), len({one.document_id for one in ranked}))
        return Brought(sources=ranked, searched="", reasons=(said, *((OF_NEWEST,) if too_many else ())))

    async def _speaking_of(
        self, tenant: str, question: str, meant: Sequence[str], narrow: Narrow
    ) -> tuple[list[Kept], bool]:
        """Newest first; of who is named, or where nobody is, of the metrics. Those about the periods that are named
        come before the others.
        """
        asked = candidates(question)
        for keys in ((*asked.who, *meant), asked.metrics):
            if not keys:
                continue
            found: list[Kept] = []
            if asked.periods and narrow.periods is None:
                of_then = Narrow(narrow.documents, narrow.companies, asked.periods, narrow.document_types)
                found = await self._graphs.listed(tenant, of_then, keys=keys, limit=MOST_READ)
            known = {one.part.document_id for one in found}
            others = await self._graphs.listed(tenant, narrow, keys=keys, limit=MOST_READ + 1)
            found += [one for one in others if one.part.document_id not in known]
            if found:
                return found[:MOST_READ], len(found) > MOST_READ
        return [], False


def narrow_of(where: Where) -> Narrow:
    """As the index narrows what it searches; companies by any of their names."""
    companies = None if where.companies is None else {key_of(one) for one in where.companies}
    return Narrow(where.documents, companies, where.periods, where.document_types)


def _found(question: str, meant: Sequence[str], kept: Sequence[Kept]) -> tuple[Joined, dict[str, int]]:
    parts, graphs, left = [], list[Graph](), MOST_RELATIONS
    for one in kept:
        part = one.unpacked()
        if (left := left - len(part.graph.relations)) < 0:
            break
        parts.append(part)
        graphs.append(part.graph)
    periods = candidates(question).periods
    own = {one.document_id: own_periods(one.graph) for one in parts if one.period in periods}
    found = joined(question, merged(graphs), [one.document_id for one in parts], own, meant)
    return found, {one.document_id: one.revision for one in parts}
