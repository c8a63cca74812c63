"""Documents of one tenant on the real store and a real place of files, worked on by workers that come and go."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from ratchet_common import mongo
from ratchet_common.events import DocumentChanged
from ratchet_common.mongo import Database
from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import graph_of
from ratchet_router.documents.deleting import AlsoGone, Deleting
from ratchet_router.documents.document import DocumentRecord, Said
from ratchet_router.documents.files import FilePlace
from ratchet_router.documents.frames import ToParse
from ratchet_router.documents.ingesting import Ingesting
from ratchet_router.documents.keeping import Documents, Taken
from ratchet_router.documents.parsing_apart import NotReadError, OnPages, Parsing
from ratchet_router.documents.registering import Upload
from ratchet_router.documents.store import MongoDocumentStore
from ratchet_router.documents.work_store import MongoWorkStore
from ratchet_router.documents.worker import Worker
from ratchet_router.graph.part import bounded
from ratchet_router.graph.store import MongoGraphStore, Narrow
from tests.integration.mortal import Killed, Life, Mortal
from tests.unit.router.documents.memory_index import MemoryIndex


@dataclass
class LineParser:
    """A chunk a line. A file that begins with `refuse` is refused, one with `crash` is more than it can take."""

    read: list[str] = field(default_factory=list)

    async def parse(self, wanted: ToParse, on_pages: OnPages) -> Parsing:
        text = Path(wanted.path).read_text()  # noqa: ASYNC240
        self.read.append(wanted.name)
        on_pages(1)
        if text.startswith("refuse"):
            raise NotReadError("no_text", "It has no text.")
        if text.startswith("crash"):
            raise ZeroDivisionError
        chunks = [Chunk(order, line, (), 1, 1) for order, line in enumerate(text.splitlines())]
        graph = bounded(graph_of(About(wanted.document_id, wanted.name, wanted.company or "Apple Inc."), chunks))
        said = {"company": Said("Apple Inc.", "text", 1)}
        return Parsing("text", "not", 1, said, ("It is assumed.",), chunks, graph)


class Work:
    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder, self.index, self.parser = database, folder, MemoryIndex(), LineParser()
        self.store = MongoDocumentStore(database)
        self.files = FilePlace(folder, most=1_000_000)
        self.graphs = MongoGraphStore(database)
        self.now = datetime.now(UTC)
        self.tenant = f"tenant-{uuid4().hex[:8]}"
        self.documents = Documents(self.store, self.files, waiting=5, kept=None, now=lambda: self.now)
        self.also: list[AlsoGone] = []
        self.embeds: Any = None
        self.claims: Any = None

    async def send(self, text: str, name: str = "a.txt", documents: Documents | None = None, **how: Any) -> Taken:
        async def content() -> AsyncGenerator[bytes, None]:
            yield text.encode()

        async with self.files.draft(content()) as draft:
            given = {"tenant": self.tenant, "name": name, "sha256": draft.sha256, "size": draft.size, **how}
            return await (documents or self.documents).take(draft, Upload(**given))

    def worker(self, life: Life | None = None) -> Worker:
        store, index, files, graphs = MongoWorkStore(self.store), self.index, self.files, self.graphs
        if life is not None:
            store, index = Mortal(store, life), Mortal(index, life)  # type: ignore[assignment]
            graphs = Mortal(graphs, life)  # type: ignore[assignment]
            files = MortalFiles(self.folder, life)
        now = {"now": lambda: self.now}
        ingesting = Ingesting(store, files, index, graphs, self.also, embeds=self.embeds, claims=self.claims, **now)
        deleting = Deleting(store, files, index, [graphs.remove, *self.also], **now)
        return Worker(store, ingesting, deleting, self.parser)

    async def work(self, life: Life | None = None, after: timedelta = timedelta(seconds=1)) -> None:
        """Everything that is due then."""
        self.now += after
        worker = self.worker(life)
        while await worker.round():
            pass

    async def is_taken_up(self) -> None:
        """By a later worker, once the lease of the dead one has run out."""
        await self.database.documents.update_many({"tenant": self.tenant}, {"$set": {"lease.until_ms": 0}})
        await self.work()

    async def dies_after(self, steps: int) -> bool:
        with suppress(Killed):
            await self.work(Life(steps))
            return False
        return True

    async def found(self, taken: Taken) -> DocumentRecord:
        return await self.documents.get(self.tenant, taken.document.id)

    def lines(self, taken: Taken) -> list[str]:
        return [one.chunk.text for one in self.index.kept.get((self.tenant, taken.document.id), ())]

    async def spoken_of(self, taken: Taken) -> list[tuple[int, list[str]]]:
        """Of each part of the document in the graph: its revision, and what it says is to be done."""
        narrow = Narrow(documents=(taken.document.id,))
        found = [one.unpacked() for one in await self.graphs.listed(self.tenant, narrow)]
        return [(one.revision, [of.name for of in one.graph.entities.values() if of.kind == "task"]) for one in found]

    def kept(self) -> int:
        return len(list(self.folder.iterdir()))

    async def told(self, taken: Taken) -> list[tuple[str, int, str]]:
        return [(event.change, event.revision, event.state) for event in await self.events(taken)]

    async def events(self, taken: Taken) -> list[DocumentChanged]:
        found = await self.database.documents.find_one({"_id": taken.document.id})
        return [msgspec.json.decode(e["body"], type=DocumentChanged) for e in (found or {}).get("outbox", ())]


@asynccontextmanager
async def work_at(mongodb_url: str, folder: Path) -> AsyncIterator[Work]:
    """In a database of its own, which goes with it."""
    client = mongo.connect(mongodb_url)
    database: Database = mongo.database(client, f"documents-{uuid4().hex[:8]}")
    await MongoDocumentStore(database).create_indexes()
    await MongoGraphStore(database).create_indexes()
    yield Work(database, folder)
    await client.drop_database(database.name)
    await client.close()


class MortalFiles(FilePlace):
    def __init__(self, folder: Path, life: Life) -> None:
        super().__init__(folder, most=1_000_000)
        self._life = life

    async def remove(self, names: Any) -> None:
        self._life.spend()
        await super().remove(names)
        self._life.spend()
