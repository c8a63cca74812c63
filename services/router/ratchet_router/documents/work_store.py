"""What workers write of documents: under a lease, and only while the revision is the one that they took."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from ratchet_common import lease
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.outbox import push
from ratchet_router.documents.document import Progress, Read, Refusal, Served, State, needed_files
from ratchet_router.documents.store import FIRST, THERE, MongoDocumentStore, change_of, record_of
from ratchet_router.under_lease import LEASE_S, OvertakenError

COUNTED: Final = 10_000  # of a state at most, for metrics
SHOWN: Final[tuple[State, ...]] = ("received", "parsing", "indexing", "deleting")


class Held:
    """A document under this worker's lease."""

    def __init__(self, document: Document) -> None:
        self._document, self.record = document, record_of(document)

    @property
    def lease(self) -> Document:
        return lease.held(self._document)

    @property
    def document(self) -> Document:
        return self._document


class MongoWorkStore:
    def __init__(self, store: MongoDocumentStore) -> None:
        self._collection = store.collection

    async def take(self, now: datetime) -> Held | None:
        """What is due, the longest first; what is to be deleted before all."""
        wanted = {"due_at": {"$lte": now.timestamp()}}
        found = await lease.take(self._collection, wanted, seconds=LEASE_S, order="due_at")
        return Held(found) if found else None

    async def renew(self, held: Held) -> bool:
        """False: another worker has it now."""
        return await lease.renew(self._collection, held.document, seconds=LEASE_S)

    async def release(self, held: Held) -> None:
        await lease.release(self._collection, held.document)

    async def begin(self, held: Held, now: datetime) -> None:
        """It counts as one more try until `put_off`. Raises OvertakenError, as all below do."""
        await self._become(held, "parsing", now, {"progress": _plain(Progress())}, also={"$inc": {"begun": 1}})
        held.record.begun += 1

    async def progress(self, held: Held, progress: Progress) -> None:
        """While it is being parsed; later it changes nothing."""
        mine = held.lease | {"tenant": held.record.tenant, "revision": held.record.revision, "state": "parsing"}
        with waiting_is_worth_it():
            await self._collection.update_one(mine, {"$set": {"progress": _plain(progress)}})

    async def indexing(self, held: Held, progress: Progress, now: datetime) -> None:
        await self._become(held, "indexing", now, {"progress": _plain(progress), "put": held.record.revision})
        held.record.put = held.record.revision

    async def ready(self, held: Held, read: Read, now: datetime) -> None:
        """What it took the place of is to be cleared away.

        The index holds it from here on, though a newer revision came meanwhile: then that it is served is kept before
        OvertakenError is raised.
        """
        its = held.record
        served = Served(
            revision=its.revision,
            file=its.file,
            size=its.size,
            name=its.name,
            received_at=its.received_at,
            ready_at=now,
            read=read,
            content_since=its.content_since,
        )
        said = {"served": _plain(served)}
        try:
            await self._settle(held, "ready", now, said | {"refusal": None}, served=served)
        except OvertakenError:
            newer = held.lease | {"tenant": its.tenant, "revision": {"$gt": its.revision}, "state": THERE}
            with waiting_is_worth_it():
                await self._collection.update_one(newer, {"$set": said})
            raise
        its.served = served

    async def refuse(self, held: Held, refusal: Refusal, now: datetime) -> None:
        """An older revision that is served stays so."""
        await self._settle(held, "refused", now, {"refusal": _plain(refusal)})

    async def fail(self, held: Held, refusal: Refusal, now: datetime) -> None:
        await self._settle(held, "failed", now, {"refusal": _plain(refusal)})

    async def put_off(self, held: Held, due: datetime) -> None:
        """An orderly end: what went wrong was not the document's fault."""
        await self._write(held, {"$set": {"due_at": due.timestamp(), "begun": 0}})

    async def put_back(self, held: Held, served: Served | None) -> None:
        """The index holds `served` alone, or nothing of the document."""
        put = served.revision if served else 0
        said = {"served": _plain(served) if served else None, "put": put}
        await self._write(held, {"$set": said})
        held.record.served, held.record.put = served, put

    async def cleared(self, held: Held) -> None:
        """Only the files that it needs are left: nothing more is to be done."""
        left = sorted(needed_files(held.record))
        await self._write(held, {"$set": {"files": left}, "$unset": {"due_at": ""}})

    async def gone(self, held: Held, now: datetime, *, again: datetime, kept: timedelta) -> None:
        """The record becomes a tombstone, without anything of what it said; it is due `again`."""
        nothing: Document = {"name": "", "sha256": "", "size": 0, "file": "", "files": [], "given": {}, "served": None}
        nothing |= {"refusal": None, "user": "", "progress": _plain(Progress()), "begun": 0}
        nothing |= {"due_at": again.timestamp(), "forgotten_at": now + kept}
        await self._become(held, "gone", now, nothing, change="went")

    async def over(self, held: Held) -> None:
        await self._write(held, {"$unset": {"due_at": ""}})

    async def _settle(
        self, held: Held, state: State, now: datetime, said: Document, *, served: Served | None = None
    ) -> None:
        """Its files are cleared away in the step after it, which is due at once. `served`: from here on."""
        await self._become(held, state, now, said | {"due_at": now.timestamp(), "begun": 0}, served=served)

    async def _become(
        self,
        held: Held,
        state: State,
        now: datetime,
        said: Document,
        *,
        change: str = "changed",
        also: Document | None = None,
        served: Served | None = None,
    ) -> None:
        its = held.record
        changes = its.state != state
        later = msgspec.structs.replace(its, state=state, changed_at=now, served=served or its.served)
        told = push(change_of(later, change)) if changes else {}
        increments = told.pop("$inc", {}) | (also or {}).get("$inc", {})
        update: Document = {"$set": {"state": state, "changed_at": now} | said, **told}
        await self._write(held, update | ({"$inc": increments} if increments else {}))
        its.state, its.changed_at = state, now

    async def _write(self, held: Held, update: Any) -> None:
        its = held.record
        mine = held.lease | {"tenant": its.tenant, "revision": its.revision, "state": its.state}
        with waiting_is_worth_it():
            done = await self._collection.update_one(mine, update)
        if not done.matched_count:
            raise OvertakenError(f"The document {its.id} is another worker's now, or it changed.")

    # for dashboards

    async def counts(self) -> dict[State, int]:
        """Of the states that documents pass through, each as far as `COUNTED`."""
        with waiting_is_worth_it():
            return {state: await self._collection.count_documents({"state": state}, limit=COUNTED) for state in SHOWN}

    async def oldest_due(self, now: datetime) -> float:
        """For how many seconds the document has been due that waits longest; 0: none is."""
        wanted = {"due_at": {"$gt": FIRST, "$lte": now.timestamp()}}
        with waiting_is_worth_it():
            found = await self._collection.find(wanted, {"due_at": 1}).sort("due_at", 1).limit(1).to_list()
        return now.timestamp() - found[0]["due_at"] if found else 0.0


def _plain(of: Read | Served | Refusal | Progress) -> Any:
    return msgspec.to_builtins(of, builtin_types=(datetime,))
