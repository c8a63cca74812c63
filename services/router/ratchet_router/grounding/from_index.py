"""The adapter: passages out of the index, narrowed to what the question names.

It is opened once there are documents, or by the first question that needs it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import structs

from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_documents.asked_documents import About
from ratchet_documents.page_turns import Turn
from ratchet_retrieval import AwayError, Embeds, EmbedsOnce, Index, OtherEmbeddingsError, Passage, Place, Where
from ratchet_retrieval.asking import Hit, Question, Reranks, Retrieved
from ratchet_retrieval.retrieving import retrieve
from ratchet_router.grounding.as_known import as_known, leaves_none, types_alone
from ratchet_router.grounding.known import MOST, Knows, KnowsNothing
from ratchet_router.grounding.order.features import Features, features_of
from ratchet_router.grounding.order.learned import Key, Ordering, Orders, key_of
from ratchet_router.grounding.sources import (
    BY_WORDS,
    VECTORS,
    WORDS,
    Brought,
    KnowledgeAwayError,
    Meant,
    NoKnowledgeError,
    Source,
    TablePlace,
)

SEARCHED: Final = {"words": BY_WORDS, "words and vectors": "full text and vectors"}
BESIDE: Final = 3  # of the best hits the passages before and after come along in a wider look
ALONG: Final = 12  # that come along, at most
TOO_MANY: Final = f"There are more than {MOST} documents: what the question names narrows nothing."
NOT_THERE: Final = "There is no document, or none that can be searched yet, with the id "
NONE: Final = "No document can be searched: there is none, or all are still being read."
log = logging.getLogger(__name__)


class FromIndex:
    """`open_`: takes a second, of a thread. Raises CannotStartError. `embeds`: a tenant's questions; None: nobody.
    `reranks`: what is found for a tenant; None: nobody does. `orders`: what is learned of it, where nobody else does.
    """

    def __init__(
        self,
        open_: Callable[[], Index],
        knows: Knows | None = None,
        embeds: Callable[[str], Embeds] | None = None,
        reranks: Callable[[str], Reranks] | None = None,
        orders: Orders | None = None,
    ) -> None:
        self._open = open_
        self.knows, self._embeds, self._reranks = knows or KnowsNothing(), embeds, reranks
        self._orders = orders if reranks is None else None  # whose last word is another's has nothing to learn
        self._opening: asyncio.Task[Index] | None = None

    def meant(self, tenant: str, question: str) -> Meant:
        return Meant(question, EmbedsOnce(self._embeds(tenant)) if self._embeds else None)

    async def retrieve(
        self, tenant: str, question: str, where: Where, most: int, *, wider: bool, meant: Meant | None = None
    ) -> Brought:
        its = meant or self.meant(tenant, question)
        try:
            known = await self.knows.of(tenant)
            if known.none:  # who has just sent in the first waits for no index to be opened
                self.open_soon()
                return Brought(sources=(), searched="", reasons=(NONE,))
            index = await self._opened()
            ordering = self._orders.of(tenant, its.question) if self._orders else None
            named = as_known(where, known.documents)
            asked = Question(question, known=known.documents, where=named, limit=most, meant=its.question)
            found = await retrieve(
                index,
                tenant,
                asked,
                reranks=self._reranks(tenant) if self._reranks else ordering,
                embeds=its.embeds,
            )
        except (AwayError, RetryLaterError) as error:
            log.warning("The index of documents is away: %s", error)
            raise KnowledgeAwayError(
                "The index of documents is away: try again later, or give the text itself."
            ) from None
        except OtherEmbeddingsError as error:
            log.warning("No question can be answered from documents: %s", error)
            raise NoKnowledgeError(
                "context: the index of documents has no vectors of the model that is configured here, and has to be "
                "filled anew. Give the text itself, or ask the operator."
            ) from None
        none_left = () if found.hits else leaves_none(where, known.documents)
        said = (TOO_MANY,) if known.too_many else (*_not_there(where, known.documents, found), *none_left)
        reasons = (*said, *(() if found.hits else types_alone(where)), *found.reasons, *found.how)
        return Brought(
            sources=_sources(found, self._features(its.question, found, ordering), wider=wider),
            searched=SEARCHED[found.way],
            reasons=reasons,
            order=ordering.learned.version if ordering else 0,
            nowhere=found.documents == () or bool(none_left),
        )

    def _features(self, question: str, found: Retrieved, ordering: Ordering | None) -> Mapping[Key, Features]:
        """Of the hits, for learning."""
        if self._orders is None:
            return {}
        if ordering is not None:
            return ordering.seen
        hits = [hit.candidate for hit in found.hits]
        return {key_of(one): row for one, row in zip(hits, features_of(question, hits), strict=True)}

    async def passages(self, tenant: str, places: Sequence[Place]) -> tuple[Source, ...]:
        """Those of them that are there, in that order, without a score. Raises AwayError, NoKnowledgeError."""
        index = await self._opened()
        return tuple(_source(one) for one in await index.passages_at(tenant, places))

    def open_soon(self) -> None:
        self._begin()

    def is_open(self) -> bool:
        return self._opening is not None and self._opening.done()

    def _begin(self) -> asyncio.Task[Index]:
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._open))
            self._opening.add_done_callback(self._tried)
        return self._opening

    def _tried(self, opening: asyncio.Task[Index]) -> None:
        """What failed is begun anew by the next question."""
        if opening.cancelled() or opening.exception() is not None:
            self._opening = None

    async def _opened(self) -> Index:
        """A question whose patience is over leaves it being opened, for the next one.

        Raises NoKnowledgeError, AwayError.
        """
        try:
            return await asyncio.shield(self._begin())
        except CannotStartError as error:
            log.warning("No question can be answered from documents: %s", error)
            raise NoKnowledgeError(
                "context: the index of documents cannot be opened here; the router's log says why. "
                "Give the text itself, or ask the operator."
            ) from None


def _not_there(where: Where, known: Sequence[About], found: Retrieved) -> tuple[str, ...]:
    """Ids that were asked for and are of nothing that can be searched. What has just come may be found before it is
    known. Another tenant's is as one that nobody has.
    """
    there = {one.document_id for one in known} | {hit.passage.document_id for hit in found.hits}
    return tuple(f"{NOT_THERE}{one}." for one in where.documents or () if known and one not in there)


def _sources(found: Retrieved, features: Mapping[Key, Features], *, wider: bool) -> tuple[Source, ...]:
    """The hits, best first, then what comes along with them."""
    hits = {one.key: structs.replace(one, features=features.get(one.key, ())) for one in map(_of_hit, found.hits)}
    along = {one.key: one for one in map(_source, _along(found.hits, wider=wider)) if one.key not in hits}
    return (*hits.values(), *list(along.values())[:ALONG])


def _along(hits: Sequence[Hit], *, wider: bool) -> Iterator[Passage]:
    """The tables that they speak of; in a wider look also what stands before and after the best."""
    for hit in hits:
        yield from hit.tables
    if wider:
        for hit in hits[:BESIDE]:
            yield from hit.beside


def _of_hit(hit: Hit) -> Source:
    ranks = {name: rank for name, rank in ((WORDS, hit.rank_by_words), (VECTORS, hit.rank_by_vector)) if rank}
    return _source(hit.passage, score=hit.score, ranks=ranks)


def _source(passage: Passage, *, score: float = 0.0, ranks: dict[str, int] | None = None) -> Source:
    chunk, subject, table = passage.chunk, passage.subject, passage.chunk.table
    before = f"{chunk.caption}\n" if chunk.caption else ""
    return Source(
        document_id=passage.document_id,
        revision=passage.revision,
        title=subject.title,
        order=chunk.order,
        text=before + chunk.text,
        first_page=chunk.first_page,
        last_page=chunk.last_page,
        turns=tuple(Turn(len(before) + turn.at, turn.page) for turn in chunk.turns),
        score=round(score, 6),
        ranks=ranks or {},
        table=TablePlace(table.number, table.first_row, table.last_row) if table else None,
        company=subject.company,
        period=subject.period,
    )
