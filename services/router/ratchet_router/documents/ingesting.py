"""Use case of a worker: a document is parsed, cut into passages, and put into the index; who and what it speaks of is
put into the tenant's graph. Only then it is ready.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph
from ratchet_retrieval.embedding import NotEmbeddedError, OtherEmbeddingsError, Vector
from ratchet_retrieval.passages import Passage, Subject
from ratchet_retrieval.port import Index
from ratchet_retrieval.searched_text import searched_text
from ratchet_router.documents.deleting import AlsoGone
from ratchet_router.documents.document import DocumentRecord, Progress, Read, Refusal, overridden, subject_of
from ratchet_router.documents.files import FilePlace
from ratchet_router.documents.frames import ToParse
from ratchet_router.documents.graph_by_model import ReadByModel
from ratchet_router.documents.metrics import Ended, ended
from ratchet_router.documents.parsing_apart import NotReadError, OnPages, Parsing
from ratchet_router.documents.work_store import Held, MongoWorkStore
from ratchet_router.graph.part import Part, part_of

MOST_TRIES: Final = 5  # that came to no orderly end: the worker died, or failed in a way that nobody foresaw
NO_END: Final = Refusal(
    "no_end", f"It was begun {MOST_TRIES} times and came to no end: the log of the workers says more. Send it again."
)
NO_FILE: Final = Refusal("file_missing", "Its file is not where it was kept: send it again.")
log = logging.getLogger(__name__)


class Reads(Protocol):
    """`parsing_apart.Parser`."""

    async def parse(self, wanted: ToParse, on_pages: OnPages) -> Parsing:
        """Raises NotReadError."""


class Graphs(Protocol):
    """`graph.store.MongoGraphStore`."""

    async def put(self, tenant: str, part: Part) -> None:
        """In place of an older revision's. Once more, or an older one, changes nothing. Raises RetryLaterError."""

    async def remove(self, tenant: str, document_id: str) -> None:
        """Fine where there is none. Raises RetryLaterError."""


class Claims(Protocol):
    """`graph_by_model.GraphByModel`."""

    async def with_claims(self, tenant: str, about: About, chunks: Iterable[Chunk], by_rules: Graph) -> ReadByModel:
        """Raises AwayError."""


class Embeds(Protocol):
    """`passage_vectors.PassageVectors`."""

    async def of(self, tenant: str, texts: Sequence[str]) -> list[Vector] | None:
        """Raises NotEmbeddedError, AwayError."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Coming:
    """How far a document has come, as it is known here, and as it was told last."""

    progress: Progress = field(default_factory=Progress)
    told: Progress = field(default_factory=Progress)

    def pages(self, pages: int) -> None:
        self.progress = Progress(pages, self.progress.chunks)


@dataclass(frozen=True, slots=True)
class Ingesting:
    """`changed`: what was made of an older revision goes, such as kept answers. `embeds` None: no vectors are made.
    `claims` None: the graph is what rules find.
    """

    store: MongoWorkStore
    files: FilePlace
    index: Index
    graphs: Graphs
    changed: Sequence[AlsoGone] = ()
    now: Callable[[], datetime] = _now
    embeds: Embeds | None = None
    claims: Claims | None = None

    async def ingest(self, held: Held, parser: Reads, coming: Coming) -> None:
        """Cut off anywhere it is done anew, and nothing of it is there twice.

        Raises OvertakenError, AwayError, RetryLaterError.
        """
        if held.record.begun >= MOST_TRIES:
            await self._end(held, "failed", NO_END)
            return
        await self.store.begin(held, self.now())
        path = self.files.path_of(held.record.file)
        if not path.is_file():
            await self._end(held, "failed", NO_FILE)
            return
        try:
            given = held.record.given
            wanted = ToParse(str(path), held.record.name, held.record.id, given.company, given.period)
            parsing = await parser.parse(wanted, coming.pages)
        except NotReadError as error:
            await self._end(held, "refused", Refusal(error.type, error.sentence))
            return
        read = read_of(parsing, held)
        await self.store.indexing(held, Progress(read.pages, read.chunks), self.now())
        its = held.record
        try:
            assumed = await self._put(its, its.revision, subject_of(read, its.name), parsing)
        except (NotEmbeddedError, OtherEmbeddingsError) as error:
            kind = "not_embedded" if isinstance(error, NotEmbeddedError) else "other_embeddings"
            await self._end(held, "failed", Refusal(kind, str(error)))
            return
        if its.revision > 1:
            await self._forget_what_was_made(its)
        read = msgspec.structs.replace(read, assumptions=(*read.assumptions, *assumed))
        await self.store.ready(held, read, self.now())
        self._counted(held, "ready")

    async def _put(self, its: DocumentRecord, revision: int, about: Subject, parsing: Parsing) -> tuple[str, ...]:
        """What was assumed of its graph. Raises NotEmbeddedError, OtherEmbeddingsError, AwayError, RetryLaterError."""
        passages = passages_of(its, revision, about, parsing.chunks)
        texts = [searched_text(one) for one in passages] if self.embeds else []
        vectors = await self.embeds.of(its.tenant, texts) if self.embeds and texts else None
        graph, assumed = ReadByModel(parsing.graph)
        if self.claims is not None:
            whose = About(its.id, about.title, about.company, about.period)
            graph, assumed = await self.claims.with_claims(its.tenant, whose, parsing.chunks, graph)
        await self.index.put(its.tenant, passages, vectors)
        await self.graphs.put(its.tenant, part_of(its.id, revision, about, graph))
        return assumed

    async def put_back(self, held: Held, parser: Reads) -> None:
        """A revision was put, and refused or given up since: index and graph get back the one that is served, if any.

        They take no older revision in place of a newer one: so all of the document goes before. Cut off anywhere
        it is done anew. Raises as `ingest`.
        """
        its = held.record
        await self.index.remove(its.tenant, its.id)
        await self.graphs.remove(its.tenant, its.id)
        await self._forget_what_was_made(its)
        served = its.served
        if served is not None:
            try:
                about = subject_of(served.read, served.name)
                wanted = ToParse(str(self.files.path_of(served.file)), served.name, its.id, about.company, about.period)
                parsing = await parser.parse(wanted, Coming().pages)
                await self._put(its, served.revision, about, parsing)
            except (NotReadError, NotEmbeddedError, OtherEmbeddingsError) as error:
                log.warning("The document %s cannot be read any more (%s): it is served no longer.", its.id, error)
                served = None
        await self.store.put_back(held, served)

    async def _forget_what_was_made(self, of: DocumentRecord) -> None:
        for removed in self.changed:
            await removed(of.tenant, of.id)

    async def _end(self, held: Held, how: Ended, why: Refusal) -> None:
        now = self.now()
        await (self.store.refuse(held, why, now) if how == "refused" else self.store.fail(held, why, now))
        log.info("The document %s %s: %s", held.record.id, how, why.type)
        self._counted(held, how)

    def _counted(self, held: Held, how: Ended) -> None:
        ended(how, (self.now() - held.record.received_at) / timedelta(seconds=1))


def read_of(parsing: Parsing, held: Held) -> Read:
    return Read(
        kind=parsing.kind,
        divided=parsing.divided,
        pages=parsing.pages,
        chunks=len(parsing.chunks),
        metadata=overridden(parsing.metadata, held.record.given),
        assumptions=parsing.assumptions,
    )


def passages_of(its: DocumentRecord, revision: int, about: Subject, chunks: list[Chunk]) -> list[Passage]:
    return [Passage(its.id, revision, about, chunk) for chunk in chunks]
