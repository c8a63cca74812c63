"""The passages that a question is about: narrowed by what it names, by words and vectors side by side, fused.

Searches rank places without their texts; one more look brings the texts of what is shown and of what is around it.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from ratchet_documents.asked_about import Narrowed, asked_about
from ratchet_documents.asked_companies import short_name, words_of
from ratchet_retrieval.asking import Candidate, Hit, NotRerankedError, Question, Reranks, Retrieved
from ratchet_retrieval.embedding import Embeds, EmbedsOnce, NoDirectionError, NotEmbeddedError, OtherEmbeddingsError
from ratchet_retrieval.fusing import fused
from ratchet_retrieval.neighbours import REACH, beside, orders_around, tables_meant
from ratchet_retrieval.opening import OPENED, beginnings
from ratchet_retrieval.passages import Passage, Place
from ratchet_retrieval.port import Index, Ranked, Where

DEPTH: Final = 50  # of each ranking, at least
MOST: Final = 200  # hits, at most
MOST_BESIDE: Final = 20  # neighbours on either side, at most
SEARCHES: Final = 2  # the second one where what was found was replaced before its text was read
ALONE: Final = "Searched by words alone: "
NOT_CONFIGURED: Final = "no embeddings are configured."
UNHEARD: Final = "No document speaks of "
NOT_RERANKED: Final = "In the order of the searches, and not put in order by "
NOTHING: Final = "Nothing was found."
OTHERS: Final = "the vectors there are of another model than the one that is configured; ingest the documents anew."
NO_DIRECTION: Final = "the vector of the question has nothing but zeros, or numbers that are none."
_OF: Final = re.compile(r"\s(?:of|von|de|the)\s")
_Ranks = Mapping[Place, tuple[int, float]]  # from 1, and the score


@dataclass(frozen=True, slots=True)
class _Placed:
    """A hit before its text is there. `by_words`, `by_vector`: rank and score; None: not found so."""

    place: Place
    score: float
    by_words: tuple[int, float] | None
    by_vector: tuple[int, float] | None
    reranked: float | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """By each search, best first. `alone`: why there was none by vectors; empty: there was."""

    words: list[Ranked]
    dense: list[Ranked]
    alone: str = ""


async def retrieve(
    index: Index, tenant: str, question: Question, reranks: Reranks | None = None, embeds: Embeds | None = None
) -> Retrieved:
    """Best first; no hit where nothing was found. `embeds`: for a question that comes without a vector; it is made
    while the words are being searched. Raises AwayError.
    """
    once = EmbedsOnce(embeds) if embeds is not None else None
    narrowed = asked_about(question.meant or question.text, question.known)
    if narrowed.unheard:
        narrowed = await _of_unheard(index, tenant, question.where, narrowed)
    where, reasons = _narrower(question.where, narrowed, {one.document_id for one in question.known})
    limit, reach = max(1, min(question.limit, MOST)), max(0, min(question.beside, MOST_BESIDE))
    for _ in range(SEARCHES):
        found = await _searched(index, tenant, question, once, where, max(DEPTH, limit))
        placed, order = _placed(found.words, found.dense), ""
        if reranks is not None and placed:
            asked, best = question.meant or question.text, placed[: max(limit, reranks.most)]
            placed, order = await _reranked(index, tenant, asked, best, reranks)
        shown = placed[:limit]
        texts = await _texts(index, tenant, shown, max(reach, REACH))
        if all(one.place in texts for one in shown):
            break
    hits = tuple(_hit(one, texts, reach) for one in shown if one.place in texts)
    opened = () if hits else await beginnings(index, tenant, narrowed.named, where, limit)
    return Retrieved(
        hits or opened,
        "words" if found.alone else "words and vectors",
        narrowed.documents,
        tuple(reasons),
        (*_how(found, order, nothing=OPENED if opened else NOTHING),),
    )


async def _of_unheard(index: Index, tenant: str, asked: Where, narrowed: Narrowed) -> Narrowed:
    """Whoever has no document may be spoken of in another's: these are searched, of whatever time. If in none, none is:
    what they say is of others.
    """
    spoken = [await _speaking_of(index, tenant, name, asked) for name in narrowed.unheard]
    nowhere = [name for name, its in zip(narrowed.unheard, spoken, strict=True) if not its]
    reasons = (*narrowed.reasons, *(f"{UNHEARD}{name}." for name in nowhere))
    if len(nowhere) == len(spoken):
        return Narrowed((), reasons)
    if narrowed.documents is None or any(its.intersection(narrowed.documents) for its in spoken):
        return Narrowed(narrowed.documents, reasons)
    names = ", ".join(name for name in narrowed.unheard if name not in nowhere)
    return Narrowed(None, (*reasons, f"Only documents of other times speak of {names}: all are searched."))


async def _speaking_of(index: Index, tenant: str, name: str, where: Where) -> set[str]:
    """Which documents have all words of it in one passage, or in their title. Where none has those of `EBITDA of Acme
    Ltd`, which may be all a name, those of `Acme Ltd`.
    """
    ranked = await index.ranked_by_words(tenant, name, where, DEPTH)
    found = await index.passages_at(tenant, [one.place for one in ranked])
    told = [
        (one.document_id, set(words_of(f"{one.subject.title} {one.subject.company} {one.chunk.text}"))) for one in found
    ]
    for called in (name, *(name[one.end() :] for one in _OF.finditer(name))):
        words = short_name(called).split()
        if words and (spoken := {one for one, its in told if its.issuperset(words)}):
            return spoken
    return set()


def _narrower(asked: Where, narrowed: Narrowed, known: Set[str]) -> tuple[Where, list[str]]:
    """What the caller asks for holds; where the question names only documents outside of it, it alone holds. Of those
    that are not `known` nothing is said here: there may be none to search.
    """
    reasons = list(narrowed.reasons)
    if narrowed.documents is None:
        return asked, reasons
    if not narrowed.documents:
        return replace(asked, documents=()), reasons
    if asked.documents is None:
        return replace(asked, documents=narrowed.documents), reasons
    both = tuple(one for one in asked.documents if one in set(narrowed.documents))
    if not both and known.isdisjoint(asked.documents):
        return asked, reasons
    if not both:
        return asked, [*reasons, "None of the documents that were asked for is of that: all of them are searched."]
    return replace(asked, documents=both), reasons


async def _searched(
    index: Index, tenant: str, question: Question, embeds: Embeds | None, where: Where, depth: int
) -> _Found:
    by_words = index.ranked_by_words(tenant, question.text, where, depth)
    if question.vector is None and embeds is None:
        return _Found(await by_words, [], NOT_CONFIGURED)

    async def by_vector() -> tuple[list[Ranked], str]:
        try:
            vector = question.vector
            if vector is None and embeds is not None:
                [vector] = await embeds.embed([question.meant or question.text])
            return await index.ranked_by_vector(tenant, vector or [], where, depth), ""
        except NotEmbeddedError as error:
            return [], str(error)
        except OtherEmbeddingsError:
            return [], OTHERS
        except NoDirectionError:
            return [], NO_DIRECTION

    words, (dense, alone) = await asyncio.gather(by_words, by_vector())
    return _Found(words, dense, alone)


def _placed(words: Sequence[Ranked], dense: Sequence[Ranked]) -> list[_Placed]:
    by_words, by_vector = _ranks(words), _ranks(dense)
    if not dense:  # one ranking is in order as it is, by its own scores
        return [_Placed(place, score, (rank, score), None) for place, (rank, score) in by_words.items()]
    both = fused([list(by_words), list(by_vector)])
    return [_Placed(one.name, one.score, by_words.get(one.name), by_vector.get(one.name)) for one in both]


def _ranks(ranked: Sequence[Ranked]) -> _Ranks:
    return {one.place: (rank, one.score) for rank, one in enumerate(ranked, 1)}


async def _reranked(
    index: Index, tenant: str, question: str, placed: Sequence[_Placed], reranks: Reranks
) -> tuple[list[_Placed], str]:
    """With a sentence that says by whom they are in order, or why they stay as they were found."""
    texts = {one.place: one for one in await index.passages_at(tenant, [one.place for one in placed])}
    there = [one for one in placed if one.place in texts]
    candidates = [_candidate(one, texts[one.place]) for one in there]
    try:
        scores = await reranks.rerank(question, candidates)
    except NotRerankedError as error:
        return there, f"{NOT_RERANKED}{reranks.name}: {error}"
    if len(scores) != len(there):
        raise ValueError(f"The reranker {reranks.name} gave {len(scores)} scores for {len(there)} passages.")
    rescored = [replace(one, score=score, reranked=score) for score, one in zip(scores, there, strict=True)]
    return sorted(rescored, key=lambda one: -one.score), f"Put in order by {reranks.name}."


def _candidate(one: _Placed, passage: Passage) -> Candidate:
    rank_by_words, score_by_words = one.by_words or (None, None)
    rank_by_vector, score_by_vector = one.by_vector or (None, None)
    return Candidate(passage, one.score, rank_by_words, score_by_words, rank_by_vector, score_by_vector)


async def _texts(index: Index, tenant: str, shown: Sequence[_Placed], reach: int) -> dict[Place, Passage]:
    """By place: of what is shown, and of what is around it in the same revision."""
    wanted = dict.fromkeys(place for one in shown for place in (one.place, *_around(one.place, reach)))
    return {one.place: one for one in await index.passages_at(tenant, list(wanted))} if wanted else {}


def _around(place: Place, reach: int) -> list[Place]:
    return [replace(place, order=order) for order in orders_around(place.order, reach)]


def _hit(one: _Placed, texts: Mapping[Place, Passage], reach: int) -> Hit:
    passage = texts[one.place]
    near = [texts[at] for at in _around(one.place, REACH) if at in texts]
    tables = tables_meant(passage, near)
    wider = [texts[at] for at in _around(one.place, reach) if at in texts]
    rank_by_words, score_by_words = one.by_words or (None, None)
    rank_by_vector, score_by_vector = one.by_vector or (None, None)
    return Hit(
        passage,
        one.score,
        rank_by_words,
        score_by_words,
        rank_by_vector,
        score_by_vector,
        reranked=one.reranked,
        beside=tuple(its for its in beside(passage, wider, reach) if its not in tables),
        tables=tuple(tables),
    )


def _how(found: _Found, order: str, nothing: str) -> list[str]:
    said = []
    if found.alone:
        said.append(f"{ALONE}{found.alone}")
    elif not found.dense and found.words:
        said.append("Searched by words and by vectors; no passage there has a vector: found by words alone.")
    else:
        said.append("Searched by words and by vectors, fused by reciprocal rank.")
    if not found.words and not found.dense:
        said.append(nothing)
    elif order:
        said.append(order)
    return said
