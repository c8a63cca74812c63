"""Documents as callers see them, and what they may say of one."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ratchet_common.errors import message_of
from ratchet_common.vocabulary import DocumentType
from ratchet_router.api.document_form import WrongFormError
from ratchet_router.api.own_period import OWN_PERIOD, own_period
from ratchet_router.documents.document import DocumentRecord, Given, Read
from ratchet_router.documents.registering import Outcome

ID: str = "^doc_[0-9a-f]{32}$"


class DocumentFields(BaseModel):
    """Beside the file. What is said here goes before what is read."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    document_id: str = Field("", pattern=r"^$|^doc_[0-9a-f]{32}$", description="a new revision of this document")
    title: str = Field("", max_length=300)
    company: str = Field("", max_length=200)
    period: str = Field("", json_schema_extra={"pattern": f"^$|{OWN_PERIOD}"}, description="2022-Q3, 2022-H1 or 2022")
    document_type: str = Field("", json_schema_extra={"enum": ["", *map(str, DocumentType)]})
    date: str = Field("", max_length=10, description="2022-07-29")
    user_id: str = Field("", max_length=200, description="whose it is: it goes when he asks to be forgotten")

    @field_validator("date")
    @classmethod
    def _a_day(cls, given: str) -> str:
        if given:
            date.fromisoformat(given)
        return given

    @field_validator("period")
    @classmethod
    def _a_period(cls, given: str) -> str:
        return own_period(given or None) or ""

    @field_validator("document_type")
    @classmethod
    def _a_type(cls, given: str) -> str:
        if given and given not in set(DocumentType):
            raise ValueError(f"it must be one of {', '.join(DocumentType)}")
        return given

    @property
    def given(self) -> Given:
        return Given(self.title, self.company, self.period, self.document_type, self.date)


def fields_of(form: dict[str, str]) -> DocumentFields:
    """Raises WrongFormError."""
    try:
        return DocumentFields.model_validate(form)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise WrongFormError(".".join(str(part)[:100] for part in first["loc"]), message_of(first)) from None


class SaidView(BaseModel):
    value: str
    place: Literal["title", "name", "text", "given"] = Field(description="where it was read; given: by the caller")
    page: int = Field(description="from 1; 0: on none")
    assumption: str


class RefusalView(BaseModel):
    type: str
    sentence: str


class ProgressView(BaseModel):
    pages: int = Field(description="read so far")
    chunks: int


class ReadView(BaseModel):
    """What was read of the revision that can be searched."""

    revision: int
    name: str
    bytes: int
    ready_at: datetime
    kind: str
    divided: Literal["pages", "sheets", "not"]
    pages: int
    chunks: int
    metadata: dict[str, SaidView]
    assumptions: list[str]


class DocumentView(BaseModel):
    """`refusal`: of the newest revision, where it was refused or failed. `searchable`: empty while nothing of it is."""

    id: str
    name: str
    bytes: int
    sha256: str
    revision: int
    state: Literal["received", "parsing", "indexing", "ready", "refused", "failed", "deleting"]
    created_at: datetime
    received_at: datetime = Field(description="the newest revision")
    changed_at: datetime = Field(description="its state")
    progress: ProgressView
    refusal: RefusalView | None
    searchable: ReadView | None


class UploadedView(DocumentView):
    outcome: Outcome
    said: str = Field(description="what became of the upload, in a sentence")


class DocumentPage(BaseModel):
    items: list[DocumentView]
    next: str | None


def view(of: DocumentRecord) -> dict[str, Any]:
    served, refusal = of.served, of.refusal
    return {
        "id": of.id,
        "name": of.name,
        "bytes": of.size,
        "sha256": of.sha256,
        "revision": of.revision,
        "state": of.state,
        "created_at": of.created_at,
        "received_at": of.received_at,
        "changed_at": of.changed_at,
        "progress": {"pages": of.progress.pages, "chunks": of.progress.chunks},
        "refusal": {"type": refusal.type, "sentence": refusal.sentence} if refusal else None,
        "searchable": _read(served.read)
        | {"revision": served.revision, "name": served.name, "bytes": served.size, "ready_at": served.ready_at}
        if served
        else None,
    }


def _read(read: Read) -> dict[str, Any]:
    metadata = {
        field: {"value": one.value, "place": one.place, "page": one.page, "assumption": one.assumption}
        for field, one in read.metadata.items()
    }
    return {
        "kind": read.kind,
        "divided": read.divided,
        "pages": read.pages,
        "chunks": read.chunks,
        "metadata": metadata,
        "assumptions": list(read.assumptions),
    }


def uploaded_view(of: DocumentRecord, outcome: Outcome) -> dict[str, Any]:
    return view(of) | {"outcome": outcome, "said": _SAID[outcome].format(name=of.name, revision=of.revision)}


_SAID: dict[Outcome, str] = {
    "new_document": "It was taken in, and is going to be read.",
    "new_revision": "It was taken in as revision {revision}, and is going to be read.",
    "same_document": "It is there already, as {name}, revision {revision}: nothing was changed.",
}
