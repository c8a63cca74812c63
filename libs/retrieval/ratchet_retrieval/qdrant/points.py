"""A passage as a point."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from qdrant_client.models import PayloadSchemaType

from ratchet_documents.chunking import Chunk, TablePart
from ratchet_documents.page_turns import Turn
from ratchet_retrieval.passages import Passage, Place, Subject

WORDS: Final = "words"  # the sparse vector
PLACE: Final = ["document", "revision", "order"]  # of the payload: what says where it stands
READY: Final = "ready"  # all passages of its revision are there
_SPACE: Final = uuid.UUID("6f1f3c1e-5e0b-5a53-9c0f-9d7d3c5f8a21")
INDEXED: Final = {
    "document": PayloadSchemaType.KEYWORD,
    "company": PayloadSchemaType.KEYWORD,
    "period": PayloadSchemaType.KEYWORD,
    "document_type": PayloadSchemaType.KEYWORD,
    "revision": PayloadSchemaType.INTEGER,
    "order": PayloadSchemaType.INTEGER,
    READY: PayloadSchemaType.BOOL,
}


def id_of(tenant: str, place: Place) -> str:
    """The same each time that it is put."""
    named = json.dumps([tenant, place.document_id, place.revision, place.order])
    return str(uuid.uuid5(_SPACE, named))


def payload_of(tenant: str, passage: Passage) -> dict[str, Any]:
    chunk, subject, part = passage.chunk, passage.subject, passage.chunk.table
    return {
        "tenant": tenant,
        "document": passage.document_id,
        "revision": passage.revision,
        "order": chunk.order,
        READY: False,
        "text": chunk.text,
        "headings": list(chunk.headings),
        "caption": chunk.caption,
        "first_page": chunk.first_page,
        "last_page": chunk.last_page,
        "table": None if part is None else [part.number, part.first_row, part.last_row, part.rows],
        "title": subject.title,
        "company": subject.company,
        "period": subject.period,
        "document_type": subject.document_type,
        "date": subject.date,
        "turns": [list(turn) for turn in chunk.turns],
    }


def place_of(its: Mapping[str, Any]) -> Place:
    return Place(its["document"], its["revision"], its["order"])


def passage_of(its: Mapping[str, Any]) -> Passage:
    table = None if its["table"] is None else TablePart(*its["table"])
    chunk = Chunk(
        order=its["order"],
        text=its["text"],
        headings=tuple(its["headings"]),
        first_page=its["first_page"],
        last_page=its["last_page"],
        table=table,
        caption=its["caption"],
        turns=tuple(Turn(*turn) for turn in its.get("turns", ())),  # a point may be older
    )
    subject = Subject(its["title"], its["company"], its["period"], its["document_type"], its["date"])
    return Passage(its["document"], its["revision"], subject, chunk)
