"""What is asked of retrieval, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ratchet_documents.asked_documents import About
from ratchet_retrieval.passages import Passage
from ratchet_retrieval.port import EVERYWHERE, Where

Way = Literal["words", "words and vectors"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the searches found, in their order. `score`: of all of them together. Ranks from 1, None: not found so;
    scores as the searches gave them.
    """

    passage: Passage
    score: float
    rank_by_words: int | None = None
    score_by_words: float | None = None
    rank_by_vector: int | None = None
    score_by_vector: float | None = None


class Reranks(Protocol):
    """`name`: as the answer says it. `most`: candidates that it reads, unless more are asked for."""

    @property
    def name(self) -> str: ...

    @property
    def most(self) -> int: ...

    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        """A score for each, higher is better. Raises NotRerankedError, AwayError."""


class NotRerankedError(Exception):
    """The order stays that of the searches. Half a sentence says why, for whoever asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """`vector`: of the text, where embeddings are configured. `known`: the tenant's documents, to tell which are meant.

    `where`: what the caller asks to be searched; what the question names narrows it further. `meant`: the question as
    it was asked, where the text puts it in other words: whose names narrow, whose vector is made, and what a reranker
    is told; empty: the text.
    """

    text: str
    vector: Sequence[float] | None = None
    known: Sequence[About] = ()
    where: Where = EVERYWHERE
    limit: int = 10
    beside: int = 1  # neighbours on either side
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """`score`: by which the hits are in order. Ranks from 1, None: not found so; scores as the searches gave them.

    `beside`: before and after it. `tables`: parts of the table that it speaks of, or that it is a part of.
    """

    passage: Passage
    score: float
    rank_by_words: int | None = None
    score_by_words: float | None = None
    rank_by_vector: int | None = None
    score_by_vector: float | None = None
    reranked: float | None = None
    beside: tuple[Passage, ...] = ()
    tables: tuple[Passage, ...] = ()

    @property
    def candidate(self) -> Candidate:
        """As the searches found it; of one that was reranked the score is the reranker's."""
        return Candidate(
            self.passage,
            self.score,
            self.rank_by_words,
            self.score_by_words,
            self.rank_by_vector,
            self.score_by_vector,
        )


@dataclass(frozen=True, slots=True)
class Retrieved:
    """`documents`: to which the question narrowed the search; None: it named none. `reasons`, `how`: sentences."""

    hits: tuple[Hit, ...]
    way: Way
    documents: tuple[str, ...] | None
    reasons: tuple[str, ...]
    how: tuple[str, ...]
