"""Use case of a worker: a document is parsed, cut into passages, and put into the index; only then it is ready."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from ratchet_documents.chunking import Chunk
from ratchet_retrieval.embedding import NotEmbeddedError, OtherEmbeddingsError, Vector
from ratchet_retrieval.passages import Passage
from ratchet_retrieval.port import Index
from ratchet_retrieval.searched_text import searched_text
from ratchet_router.documents.deleting import AlsoGone
from ratchet_router.documents.document import Progress, Read, Refusal, overridden, subject_of
from ratchet_router.documents.files import FilePlace
from ratchet_router.documents.metrics import Ended, ended
from ratchet_router.documents.parsing_apart import NotReadError, OnPages, Parsing
from ratchet_router.documents.work_store import Held, MongoWorkStore

MOST_TRIES: Final = 5  # that came to no orderly end: the worker died, or failed in a way that nobody foresaw
NO_END: Final = Refusal(
    "no_end", f"It was begun {MOST_TRIES} times and came to no end: the log of the workers says more. Send it again."
)
NO_FILE: Final = Refusal("file_missing", "Its file is not where it was kept: send it again.")
log = logging.getLogger(__name__)


class Reads(Protocol):
    """`parsing_apart.Parser`."""

    async def parse(self, path: Path, name: str, on_pages: OnPages) -> Parsing:
        """Raises NotReadError."""


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
    """`changed`: what was made of an older revision goes, such as kept answers. `embeds` None: no vectors are made."""

    store: MongoWorkStore
    files: FilePlace
    index: Index
    changed: Sequence[AlsoGone] = ()
    now: Callable[[], datetime] = _now
    embeds: Embeds | None = None

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
            parsing = await parser.parse(path, held.record.name, coming.pages)
        except NotReadError as error:
            await self._end(held, "refused", Refusal(error.type, error.sentence))
            return
        read = read_of(parsing, held)
        await self.store.indexing(held, Progress(read.pages, read.chunks), self.now())
        try:
            await self._put(held.record.tenant, passages_of(parsing.chunks, read, held))
        except (NotEmbeddedError, OtherEmbeddingsError) as error:
            kind = "not_embedded" if isinstance(error, NotEmbeddedError) else "other_embeddings"
            await self._end(held, "failed", Refusal(kind, str(error)))
            return
        for removed in self.changed if held.record.revision > 1 else ():
            await removed(held.record.tenant, held.record.id)
        await self.store.ready(held, read, self.now())
        self._counted(held, "ready")

    async def _put(self, tenant: str, passages: list[Passage]) -> None:
        """Raises NotEmbeddedError, OtherEmbeddingsError, AwayError."""
        texts = [searched_text(one) for one in passages] if self.embeds else []
        vectors = await self.embeds.of(tenant, texts) if self.embeds and texts else None
        await self.index.put(tenant, passages, vectors)

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


def passages_of(chunks: list[Chunk], read: Read, held: Held) -> list[Passage]:
    its = held.record
    subject = subject_of(read, its.name)
    return [Passage(its.id, its.revision, subject, chunk) for chunk in chunks]
