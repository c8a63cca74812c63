"""Passages that were retrieved for a question, and how that went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import msgspec

from ratchet_common.errors import RefusedError, UnavailableError
from ratchet_documents.page_turns import Turn, pages_between
from ratchet_retrieval import EmbedsOnce, Where

WORDS: Final = "words"  # what the ranks of the searches stand under
VECTORS: Final = "vectors"
BY_WORDS: Final = "full text"  # how it was searched: by words alone

Amount = Literal["none", "few", "many", "another round"]


class TablePlace(msgspec.Struct, frozen=True):
    """`number`: which table of the document, from 1; rows count from 0, and `last_row` is one of them."""

    number: int
    first_row: int
    last_row: int


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One passage. `revision`: of its document. `ranks`: its places, from 1, in the searches that found it, by their
    names; none for one that came along with another. `score`: of all of them together; higher is better.
    """

    document_id: str
    revision: int
    title: str
    order: int
    text: str
    first_page: int
    last_page: int
    turns: tuple[Turn, ...] = ()  # where in its text each page after the first begins; none: of several it is not known
    score: float = 0.0
    ranks: Mapping[str, int] = {}
    table: TablePlace | None = None
    company: str = ""
    period: str = ""
    features: tuple[float, ...] = ()  # by `order.features`, where it was found by a search and is to be learned from

    @property
    def key(self) -> tuple[str, int]:
        return self.document_id, self.order

    def pages_of(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last on which that part of its text stands."""
        return pages_between((self.first_page, self.last_page), self.turns, start, end)


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What one search brought, best first. `searched`: how, such as `full text`. `reasons`: what it went by. `nowhere`:
    no document is left to look into, by what the question or its filter names: other words or ways find nothing either.
    """

    sources: tuple[Source, ...]
    searched: str
    reasons: tuple[str, ...] = ()
    order: int = 0  # the version of the learned order that they are in; 0: another's
    nowhere: bool = False


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One look into the documents. `asked`: for what, the question or other words for it."""

    asked: str
    wanted: int
    found: int
    new: int  # that no round before had brought


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """`sources`: what was given to read, numbered from 1. `found` False: the documents do not answer the question."""

    decision: Amount
    reasons: tuple[str, ...] = ()
    searched: str = ""
    sources: tuple[Source, ...] = ()
    rounds: tuple[Round, ...] = ()
    found: bool = True
    changes: int = 0  # of the tenant's documents, that had been heard of when they were looked into
    order: int = 0  # as of what was brought last
    joined: bool = False  # the graph of the documents has been asked
    nowhere: bool = False  # as of what was brought last

    @property
    def looked(self) -> bool:
        return bool(self.rounds)

    @property
    def answers(self) -> bool | None:
        """None: nothing was read, so there is no telling."""
        return self.found if self.sources or not self.found else None

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of those that were read, each once."""
        return tuple(dict.fromkeys(source.document_id for source in self.sources))

    @property
    def revisions(self) -> tuple[int, ...]:
        """Of each of `documents`, in their order; the oldest, where it got a new one between two looks."""
        oldest: dict[str, int] = {}
        for source in self.sources:
            oldest[source.document_id] = min(source.revision, oldest.get(source.document_id, source.revision))
        return tuple(oldest.values())


@dataclass(frozen=True, slots=True)
class Meant:
    """What all looks of one request are for, in whatever words each of them asks: so its vector is made once.

    `embeds` None: nobody makes any.
    """

    question: str
    embeds: EmbedsOnce | None = None


class Retrieves(Protocol):
    def open_soon(self) -> None:
        """There are documents: what the first question would have to wait for begins. Returns at once, and nothing is
        said of a failure: the first question will say it."""

    def is_open(self) -> bool:
        """A question waits for no opening."""

    def meant(self, tenant: str, question: str) -> Meant: ...

    async def retrieve(
        self, tenant: str, question: str, where: Where, most: int, *, wider: bool, meant: Meant | None = None
    ) -> Brought:
        """Of the tenant's own documents. `wider`: what the question's words are joined with comes along too. `meant`
        None: no other look is for the same.

        Raises NoKnowledgeError, KnowledgeAwayError.
        """


class Joins(Protocol):
    async def joined(self, tenant: str, question: str, where: Where) -> Brought:
        """Passages in which what the question names is joined with each other, or with what it asks for; none where
        nothing is. Raises KnowledgeAwayError.
        """


class NoKnowledgeError(RefusedError):
    status = 409
    type = "no-knowledge"
    title = "No index of documents is set up"


class KnowledgeAwayError(UnavailableError):
    type = "knowledge-away"
    title = "The index of documents is away"


class NothingSetUp:
    """Where the operator has set up no index."""

    def open_soon(self) -> None:
        """There is nothing to open."""

    def is_open(self) -> bool:
        return True

    def meant(self, tenant: str, question: str) -> Meant:  # noqa: ARG002  as Retrieves
        return Meant(question)

    async def retrieve(
        self,
        tenant: str,  # noqa: ARG002  as Retrieves
        question: str,  # noqa: ARG002
        where: Where,  # noqa: ARG002
        most: int,  # noqa: ARG002
        *,
        wider: bool,  # noqa: ARG002
        meant: Meant | None = None,  # noqa: ARG002
    ) -> Brought:
        raise NoKnowledgeError(
            "context: no index of documents is set up here. Give the text itself, or ask the operator for an index."
        )


class NothingJoined:
    async def joined(self, tenant: str, question: str, where: Where) -> Brought:  # noqa: ARG002  as Joins
        return Brought(sources=(), searched="")


NOTHING_SET_UP: Final = NothingSetUp()
NOTHING_JOINED: Final = NothingJoined()
