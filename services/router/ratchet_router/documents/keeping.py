"""Use cases of callers: a document is taken in, looked at, given back, and told to go."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from ratchet_common.errors import RetryLaterError
from ratchet_router.documents.document import Answer, DocumentRecord, Progress, State, new_id
from ratchet_router.documents.files import Draft, FilePlace
from ratchet_router.documents.registering import (
    Belongs,
    NoDocumentError,
    NotReadyError,
    Outcome,
    TooManyWaitingError,
    Upload,
    belongs,
)
from ratchet_router.documents.store import MongoDocumentStore
from ratchet_router.idempotency import IdempotencyError
from ratchet_router.settings import RouterSettings

MOST_FILES: Final = 20  # of a document, while no worker comes to it
ATTEMPTS: Final = 5  # while others send in the same


@dataclass(frozen=True, slots=True)
class Taken:
    document: DocumentRecord
    outcome: Outcome


class Documents:
    """`waiting`: documents of a tenant that may wait to be read. `kept`: for so long; None: until they are deleted."""

    def __init__(
        self,
        store: MongoDocumentStore,
        files: FilePlace,
        *,
        waiting: int,
        kept: timedelta | None,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self.files, self._waiting, self._kept, self._now = store, files, waiting, kept, now

    async def take(self, draft: Draft, upload: Upload) -> Taken:
        """What is there already is not kept twice.

        Raises NoDocumentError, ContentElsewhereError, NameTakenError, OtherUserError, TooManyWaitingError,
        NoPlaceError, IdempotencyError, RetryLaterError.
        """
        if (before := await self._before(upload)) is not None:
            return before
        file = ""
        for _ in range(ATTEMPTS):
            upload, where = await self._belongs(upload)
            if where.outcome == "same_document" and where.to is not None:
                await self._let_go(file)
                return await self._same(where.to, upload)
            file = file or await self._kept_file(draft, upload, where)
            new = self._new(upload, where, file)
            until = new.received_at + self._kept if self._kept else None
            write = self._store.insert if where.to is None else self._store.revise
            if await write(new, upload, until):
                return await self._before(upload) or Taken(new, where.outcome)
        await self._let_go(file)
        raise RetryLaterError("Others are sending in the same document at the same time.")

    async def _before(self, upload: Upload) -> Taken | None:
        """What was answered under the same Idempotency-Key."""
        found = await self._store.of_key(upload.tenant, upload.key) if upload.key else None
        if found is None:
            return None
        answer = next(one for one in found.answers if one.key == upload.key)
        if answer.fingerprint != upload.fingerprint:
            raise IdempotencyError("Another request was sent with this Idempotency-Key: use one key a request.")
        return Taken(found, answer.outcome)

    async def _belongs(self, upload: Upload) -> tuple[Upload, Belongs]:
        """A revision of a user's document is his, too."""
        asked = await self._store.get(upload.tenant, upload.document) if upload.document else None
        if asked is not None and asked.state == "deleting":
            asked = None
        if asked is not None and not upload.user:
            upload = replace(upload, user=asked.user)
        by_content = await self._store.of_content(upload.tenant, upload.user, upload.sha256)
        by_name = await self._store.of_name(upload.tenant, upload.user, upload.name)
        return upload, belongs(upload, asked=asked, by_content=by_content, by_name=by_name)

    async def _kept_file(self, draft: Draft, upload: Upload, where: Belongs) -> str:
        if where.to is not None and len(where.to.files) >= MOST_FILES:
            raise TooManyWaitingError(
                f"{MOST_FILES} revisions of the document wait to be read, and no more are taken: send it later.",
                retry_after_s=30,
            )
        await self._refuse_too_many(upload.tenant)
        return await self.files.keep(draft)

    async def _refuse_too_many(self, tenant: str) -> None:
        if await self._store.waiting(tenant, self._waiting) >= self._waiting:
            raise TooManyWaitingError(
                f"{self._waiting} documents of the tenant wait to be read, and no more are taken: send it later.",
                retry_after_s=30,
            )

    def _new(self, upload: Upload, where: Belongs, file: str) -> DocumentRecord:
        now, known = self._now(), where.to
        revision = known.revision + 1 if known else 1
        answer = Answer(upload.key, upload.fingerprint, revision, where.outcome)
        same = known is not None and known.sha256 == upload.sha256
        return DocumentRecord(
            id=known.id if known else new_id(),
            tenant=upload.tenant,
            user=known.user if known else upload.user,
            name=upload.name,
            sha256=upload.sha256,
            size=upload.size,
            file=file,
            files=[*(known.files if known else []), file],
            revision=revision,
            content_since=known.content_since if known and same else revision,
            given=upload.given,
            created_at=known.created_at if known else now,
            received_at=now,
            changed_at=now,
            progress=Progress(),
            served=known.served if known else None,
            answers=[*(known.answers if known else []), *([answer] if upload.key else [])],
        )

    async def _same(self, known: DocumentRecord, upload: Upload) -> Taken:
        if upload.key:
            answer = Answer(upload.key, upload.fingerprint, known.revision, "same_document")
            await self._store.note_answer(known, answer)
        return Taken(known, "same_document")

    async def _let_go(self, file: str) -> None:
        await self.files.remove([file] if file else [])

    async def get(self, tenant: str, id_: str) -> DocumentRecord:
        """Raises NoDocumentError."""
        found = await self._store.get(tenant, id_)
        if found is None:
            raise NoDocumentError("There is no such document.")
        return found

    async def listed(self, tenant: str, *, state: State | None, after: str, limit: int) -> list[DocumentRecord]:
        return await self._store.listed(tenant, state=state, after=after, limit=limit)

    async def content(self, tenant: str, id_: str) -> tuple[str, AsyncGenerator[bytes, None]]:
        """Name and bytes of the revision that can be searched, else of the newest one, as they came.

        Raises NoDocumentError: where its file is gone, too.
        """
        found = await self.get(tenant, id_)
        name, file = (found.served.name, found.served.file) if found.served else (found.name, found.file)
        if found.state == "deleting" or not file or not self.files.path_of(file).is_file():
            raise NoDocumentError("The file of this document is not kept: it was refused, or is to be deleted.")
        return name, self.files.read(file)

    async def reindex(self, tenant: str, id_: str) -> DocumentRecord:
        """What can be searched is read anew, as a revision further, out of the file that is there.

        Raises NoDocumentError, NotReadyError, TooManyWaitingError.
        """
        found = await self.get(tenant, id_)
        if found.state != "ready" or found.served is None:
            raise NotReadyError(f"The document is {found.state}: only one that is ready can be read anew.")
        await self._refuse_too_many(tenant)
        now, served = self._now(), found.served
        new = msgspec.structs.replace(
            found, revision=found.revision + 1, file=served.file, state="received", received_at=now, changed_at=now
        )
        new.progress = Progress()
        upload = Upload(tenant=tenant, name=new.name, sha256=new.sha256, size=new.size)
        if not await self._store.revise(new, upload, None):
            raise NotReadyError("The document has just changed: only one that is ready can be read anew.")
        return new

    async def delete(self, tenant: str, id_: str) -> DocumentRecord:
        """As it is from then on. Raises NoDocumentError."""
        found = await self.get(tenant, id_)
        await self._store.ask_to_delete(found, self._now())
        return msgspec.structs.replace(found, state="deleting")


def documents_of(store: MongoDocumentStore, files: FilePlace, settings: RouterSettings) -> Documents:
    return Documents(
        store,
        files,
        waiting=settings.documents_waiting,
        kept=timedelta(days=settings.document_days) if settings.document_days else None,
        now=lambda: datetime.now(UTC),
    )
