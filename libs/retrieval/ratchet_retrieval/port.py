"""What an index of passages has to do. Each tenant's passages are apart: no call reaches those of two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ratchet_retrieval.passages import Passage, Place


@dataclass(frozen=True, slots=True)
class Where:
    """Passages that match all that is said here; None: any. Periods as `2022-Q3`."""

    documents: tuple[str, ...] | None = None
    companies: tuple[str, ...] | None = None
    periods: tuple[str, ...] | None = None
    document_types: tuple[str, ...] | None = None


EVERYWHERE: Final = Where()


@dataclass(frozen=True, slots=True)
class Found:
    """`score`: by the measure of the search that found it (BM25, or cosine similarity); higher is better."""

    passage: Passage
    score: float

    @property
    def place(self) -> Place:
        return self.passage.place


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a search found, without its text: many are ranked, and few are shown."""

    place: Place
    score: float


class Index(Protocol):
    """Each may raise AwayError."""

    async def put(
        self, tenant: str, passages: Sequence[Passage], vectors: Sequence[Sequence[float]] | None = None
    ) -> None:
        """The passages of one document, all of them, in place of those of its older revisions: who searches finds the
        old ones or the new ones, never both or a part. Once more, or an older revision than is there, changes nothing.

        `vectors`: one a passage, all of the same length as those that are there; None: searched by words alone.
        """

    async def remove(self, tenant: str, document_id: str) -> None:
        """Nothing of its text is left in any file afterwards. Fine where there is none."""

    async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:
        """Best first, by BM25. `text` is any text, no query language."""

    async def by_vector(self, tenant: str, vector: Sequence[float], where: Where, limit: int) -> list[Found]:
        """Best first. Only passages that came with vectors."""

    async def ranked_by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Ranked]:
        """As `by_words`."""

    async def ranked_by_vector(self, tenant: str, vector: Sequence[float], where: Where, limit: int) -> list[Ranked]:
        """As `by_vector`."""

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        """Those of them that are there, of whatever documents, each once, in the order asked for, in one look."""

    async def passages(self, tenant: str, document_id: str, orders: Sequence[int]) -> list[Passage]:
        """Those of them that are there, in order: the neighbours of what was found."""

    async def tend(self) -> None:
        """What makes later searches quick: called now and then by whoever writes."""
