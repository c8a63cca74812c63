"""The passages that a question is about: narrowed by what it names, by words and vectors side by side, fused."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ratchet_documents.asked_about import Narrowed, asked_about
from ratchet_retrieval.asking import Hit, Question, Reranks, Retrieved, Way
from ratchet_retrieval.fusing import Fused, fused
from ratchet_retrieval.neighbours import REACH, beside, orders_around, tables_meant
from ratchet_retrieval.passages import Passage
from ratchet_retrieval.port import Found, Index, Where

DEPTH: Final = 50  # of each ranking, at least
MOST: Final = 200  # hits, at most
_Key = tuple[str, int]


async def retrieve(index: Index, tenant: str, question: Question, reranks: Reranks | None = None) -> Retrieved:
    """Best first; no hit where nothing was found. Raises AwayError, OtherEmbeddingsError."""
    narrowed = asked_about(question.text, question.known)
    where, reasons = _narrower(question.where, narrowed)
    limit = max(1, min(question.limit, MOST))
    words, dense = await _searched(index, tenant, question, where, max(DEPTH, limit))
    hits = _hits(words, dense)
    if reranks is not None and hits:
        hits = await _reranked(question.text, hits, reranks)
    hits = hits[:limit]
    around = await _around(index, tenant, hits, max(question.beside, REACH))
    return Retrieved(
        tuple(_with_neighbours(hit, around[hit.passage.document_id], question.beside) for hit in hits),
        _way(question),
        narrowed.documents,
        tuple(reasons),
        tuple(_how(question, words, dense, reranks)),
    )


def _narrower(asked: Where, narrowed: Narrowed) -> tuple[Where, list[str]]:
    """What the caller asks for holds; where the question names only documents outside of it, it alone holds."""
    reasons = list(narrowed.reasons)
    if narrowed.documents is None:
        return asked, reasons
    if asked.documents is None:
        return replace(asked, documents=narrowed.documents), reasons
    both = tuple(one for one in asked.documents if one in set(narrowed.documents))
    if not both:
        return asked, [*reasons, "None of the documents that were asked for is of that: all of them are searched."]
    return replace(asked, documents=both), reasons


async def _searched(
    index: Index, tenant: str, question: Question, where: Where, depth: int
) -> tuple[list[Found], list[Found]]:
    by_words = index.by_words(tenant, question.text, where, depth)
    if question.vector is None:
        return await by_words, []
    words, dense = await asyncio.gather(by_words, index.by_vector(tenant, question.vector, where, depth))
    return words, dense


def _hits(words: Sequence[Found], dense: Sequence[Found]) -> list[Hit]:
    by_words, by_vector = _by_key(words), _by_key(dense)
    rankings = [list(by_words), list(by_vector)]
    if not dense:  # one ranking is in order as it is, by its own scores
        return [
            Hit(one.passage, one.score, rank_by_words=rank, score_by_words=one.score)
            for rank, one in enumerate(by_words.values(), 1)
        ]
    return [_hit(one, by_words.get(one.name), by_vector.get(one.name)) for one in fused(rankings)]


def _hit(one: Fused[_Key], by_words: Found | None, by_vector: Found | None) -> Hit:
    found = by_words or by_vector
    if found is None:
        raise AssertionError("What was fused was found.")
    return Hit(
        found.passage,
        one.score,
        rank_by_words=one.ranks[0],
        score_by_words=by_words.score if by_words else None,
        rank_by_vector=one.ranks[1],
        score_by_vector=by_vector.score if by_vector else None,
    )


async def _reranked(question: str, hits: Sequence[Hit], reranks: Reranks) -> list[Hit]:
    scores = await reranks.rerank(question, [hit.passage for hit in hits])
    if len(scores) != len(hits):
        raise ValueError(f"The reranker {reranks.name} gave {len(scores)} scores for {len(hits)} passages.")
    scored = [replace(hit, score=score, reranked=score) for hit, score in zip(hits, scores, strict=True)]
    return sorted(scored, key=lambda hit: -hit.score)


async def _around(index: Index, tenant: str, hits: Sequence[Hit], reach: int) -> dict[str, list[Passage]]:
    """One look a document."""
    orders: defaultdict[str, set[int]] = defaultdict(set)
    for hit in hits:
        orders[hit.passage.document_id].update(orders_around(hit.passage.chunk.order, reach))
    names = list(orders)
    found = await asyncio.gather(*(index.passages(tenant, name, sorted(orders[name])) for name in names))
    return dict(zip(names, found, strict=True))


def _with_neighbours(hit: Hit, around: Sequence[Passage], reach: int) -> Hit:
    """Of the revision that was found: one that was replaced in between has no neighbours."""
    its = [one for one in around if one.revision == hit.passage.revision]
    near = [one for one in its if abs(one.chunk.order - hit.passage.chunk.order) <= REACH]
    tables = tables_meant(hit.passage, [one for one in near if one.chunk.order != hit.passage.chunk.order])
    next_to = [one for one in beside(hit.passage, its, reach) if one not in tables]
    return replace(hit, beside=tuple(next_to), tables=tuple(tables))


def _way(question: Question) -> Way:
    return "words" if question.vector is None else "words and vectors"


def _how(question: Question, words: Sequence[Found], dense: Sequence[Found], reranks: Reranks | None) -> list[str]:
    said = []
    if question.vector is None:
        said.append("Searched by words alone: no embeddings are configured.")
    elif not dense and words:
        said.append("Searched by words and by vectors; no passage there has a vector: found by words alone.")
    else:
        said.append("Searched by words and by vectors, fused by reciprocal rank.")
    if not words and not dense:
        said.append("Nothing was found.")
    elif reranks is not None:
        said.append(f"Put in order by {reranks.name}.")
    return said


def _by_key(found: Sequence[Found]) -> dict[_Key, Found]:
    return {(one.passage.document_id, one.passage.chunk.order): one for one in found}
