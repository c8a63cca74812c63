"""A document as the store keeps it: its newest revision, what of it can be searched, and what may follow what. Pure."""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec
from uuid_utils import uuid7

from ratchet_documents.parsed import Divided, Kind
from ratchet_retrieval.passages import Subject

State = Literal["received", "parsing", "indexing", "ready", "refused", "failed", "deleting", "gone"]
UNDER_WAY: Final[frozenset[State]] = frozenset({"received", "parsing", "indexing"})
LEAVING: Final[frozenset[State]] = frozenset({"deleting", "gone"})
PLACES: Final = ("title", "name", "text", "given")
LONGEST_NAME: Final = 200


class Given(msgspec.Struct, frozen=True, omit_defaults=True):
    """What whoever sent it says that it is about, in place of what is read. Empty: not said."""

    title: str = ""
    company: str = ""
    period: str = ""
    document_type: str = ""
    date: str = ""


class Said(msgspec.Struct, frozen=True):
    """A value of the metadata with where it was read: `place` as `Found` has it, or `given`; `page` from 1, or 0."""

    value: str
    place: Literal["title", "name", "text", "given"]
    page: int = 0
    assumption: str = ""


class Refusal(msgspec.Struct, frozen=True):
    type: str
    sentence: str


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a revision."""

    kind: Kind
    divided: Divided
    pages: int
    chunks: int
    metadata: dict[str, Said]
    assumptions: tuple[str, ...] = ()


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """The revision that can be searched."""

    revision: int
    file: str
    size: int
    name: str
    received_at: datetime
    ready_at: datetime
    read: Read
    content_since: int = 1  # as the document's


class Progress(msgspec.Struct, frozen=True):
    pages: int = 0
    chunks: int = 0


class Answer(msgspec.Struct, frozen=True):
    """What was answered under an Idempotency-Key. `key`, `fingerprint`: hexadecimal."""

    key: str
    fingerprint: str
    revision: int
    outcome: Literal["new_document", "new_revision", "same_document"]


class DocumentRecord(msgspec.Struct, kw_only=True):
    """`file`: the name of the newest revision's file, where it is not removed yet; `files`: all that there may be.

    `content_since`: the revision since which its content, and not only what is said of it, is the same.
    `user`: a digest, or empty. `begun`: how often it was begun since the last orderly end of a step. `put`: the newest
    revision that a worker began to put into the index; 0: none.
    """

    id: str
    tenant: str
    user: str = ""
    name: str = ""
    sha256: str = ""
    size: int = 0
    file: str = ""
    files: list[str] = []
    revision: int = 1
    content_since: int = 1
    given: Given = Given()
    state: State = "received"
    created_at: datetime
    received_at: datetime  # the newest revision
    changed_at: datetime  # its state
    progress: Progress = Progress()
    begun: int = 0
    put: int = 0
    refusal: Refusal | None = None
    served: Served | None = None
    answers: list[Answer] = []

    @property
    def oldest_at(self) -> datetime:
        """When the oldest text came that is still there."""
        return min(self.received_at, self.served.received_at) if self.served else self.received_at

    @property
    def may_hold_unserved(self) -> bool:
        """The index may hold something of a revision that came to no good end after it was put."""
        return self.put > (self.served.revision if self.served else 0)


def new_id() -> str:
    """Those made later are greater."""
    return f"doc_{uuid7().hex}"


def name_of(given: str) -> str:
    """The name of a file without folders and control characters; empty where nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    legible = "".join(letter for letter in unicodedata.normalize("NFC", last) if letter.isprintable())
    return legible.strip()[-LONGEST_NAME:]


def name_key(tenant: str, user: str, name: str) -> str:
    return _key(tenant, user, "name", name)


def content_key(tenant: str, user: str, sha256: str) -> str:
    return _key(tenant, user, "content", sha256)


def _key(*parts: str) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def needed_files(of: DocumentRecord) -> set[str]:
    """The others of its files may go."""
    if of.state in LEAVING:
        return set()
    newest = {of.file} if of.state in UNDER_WAY else set()
    return newest | ({of.served.file} if of.served else set())


def subject_of(read: Read, name: str) -> Subject:
    """For search: a document without a title goes by the name of its file."""

    def said(field: str) -> str:
        return read.metadata[field].value if field in read.metadata else ""

    return Subject(
        title=said("title") or name,
        company=said("company"),
        period=said("period"),
        document_type=said("document_type") or "other",
        date=said("date"),
    )


def overridden(read: dict[str, Said], given: Given) -> dict[str, Said]:
    return read | {field: Said(value, "given") for field, value in _said(given)}


def _said(given: Given) -> Iterator[tuple[str, str]]:
    for field in given.__struct_fields__:
        if value := getattr(given, field):
            yield field, value
