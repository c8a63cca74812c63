"""The adapter: passages out of the index, by their words. It is opened by the first question that needs it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ratchet_common.errors import CannotStartError
from ratchet_retrieval import AwayError, Found, Index, Passage, Where
from ratchet_router.grounding.sources import (
    Brought,
    KnowledgeAwayError,
    NoKnowledgeError,
    Source,
    TablePlace,
)

SEARCHED: Final = "full text"
WORDS: Final = "words"  # what the ranks of this search stand under
BESIDE: Final = 3  # of the best hits the passages before and after come along in a wider look
log = logging.getLogger(__name__)


class FromIndex:
    """`open_`: takes a second, of a thread. Raises CannotStartError."""

    def __init__(self, open_: Callable[[], Index]) -> None:
        self._open, self._opening = open_, asyncio.Lock()
        self._index: Index | None = None

    async def retrieve(self, tenant: str, question: str, where: Where, most: int, *, wider: bool) -> Brought:
        index = await self._opened()
        try:
            found = await index.by_words(tenant, question, where, most)
            beside = await _beside(index, tenant, found[:BESIDE]) if wider else []
        except AwayError as error:
            log.warning("The index of documents is away: %s", error)
            raise KnowledgeAwayError(
                "The index of documents is away: try again later, or give the text itself."
            ) from None
        hits = [_source(one.passage, score=one.score, rank=rank) for rank, one in enumerate(found, 1)]
        known = {one.key for one in hits}
        along = [one for one in map(_source, beside) if one.key not in known]
        return Brought(sources=(*hits, *along), searched=SEARCHED)

    async def _opened(self) -> Index:
        async with self._opening:
            if self._index is None:
                try:
                    self._index = await asyncio.to_thread(self._open)
                except CannotStartError as error:
                    log.warning("No question can be answered from documents: %s", error)
                    raise NoKnowledgeError(
                        "context: the index of documents cannot be opened here; the router's log says why. "
                        "Give the text itself, or ask the operator."
                    ) from None
            return self._index


async def _beside(index: Index, tenant: str, best: Sequence[Found]) -> list[Passage]:
    """Of the revision that was found, document after document in the order of each."""
    places = {replace(one.place, order=one.place.order + step) for one in best for step in (-1, 1)}
    documents = list(dict.fromkeys(one.place.document_id for one in best))
    order = sorted(places, key=lambda at: (documents.index(at.document_id), at.order))
    return await index.passages_at(tenant, [at for at in order if at.order >= 0])


def _source(passage: Passage, *, score: float = 0.0, rank: int = 0) -> Source:
    chunk, subject, table = passage.chunk, passage.subject, passage.chunk.table
    return Source(
        document_id=passage.document_id,
        revision=passage.revision,
        title=subject.title,
        order=chunk.order,
        text=f"{chunk.caption}\n{chunk.text}" if chunk.caption else chunk.text,
        first_page=chunk.first_page,
        last_page=chunk.last_page,
        score=round(score, 6),
        ranks={WORDS: rank} if rank else {},
        table=TablePlace(table.number, table.first_row, table.last_row) if table else None,
        company=subject.company,
        period=subject.period,
    )
