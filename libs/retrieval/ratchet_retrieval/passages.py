"""What is searched: a chunk of a document, with what its document is about."""

from dataclasses import dataclass

from ratchet_documents.chunking import Chunk


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about. `period` as `2022-Q3`, `date` as `2022-07-29`; empty: not known."""

    title: str
    company: str = ""
    period: str = ""
    document_type: str = "other"
    date: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, and no other."""

    document_id: str
    revision: int
    order: int


@dataclass(frozen=True, slots=True)
class Passage:
    """`revision`: of the document, from 1; `chunk.order` counts from 0 within it."""

    document_id: str
    revision: int
    subject: Subject
    chunk: Chunk

    @property
    def place(self) -> Place:
        return Place(self.document_id, self.revision, self.chunk.order)
