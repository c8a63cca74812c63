"""A passage as a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from ratchet_documents.chunking import Chunk, TablePart
from ratchet_documents.page_turns import Turn
from ratchet_retrieval.embedding import Vector
from ratchet_retrieval.passages import Passage, Place, Subject
from ratchet_retrieval.searched_text import searched_text

VECTOR: Final = "vector"
MODEL: Final = "model"  # in the metadata of the vectors' field
_KEY: Final = {"lance-schema:unenforced-primary-key:position": "1"}  # one row, where two insert it at once
SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False, metadata=_KEY),
        pa.field("document", pa.string()),
        pa.field("revision", pa.int64()),
        pa.field("order", pa.int64()),
        pa.field("words", pa.string()),  # what is searched
        pa.field("text", pa.string()),
        pa.field("headings", pa.list_(pa.string())),
        pa.field("caption", pa.string()),
        pa.field("first_page", pa.int64()),
        pa.field("last_page", pa.int64()),
        pa.field("table", pa.list_(pa.int64())),  # number, first row, last row, rows; null: none
        pa.field("title", pa.string()),
        pa.field("company", pa.string()),
        pa.field("period", pa.string()),
        pa.field("document_type", pa.string()),
        pa.field("date", pa.string()),
    ]
)
TURNS: Final = pa.field("turns", pa.list_(pa.int64()))  # place in the text, page, place, page …
LATER: Final = (TURNS,)  # fields that a table made before them gets when it is next written to; null: not known
READ: Final = [name for name in SCHEMA.names if name not in ("id", "words")]


def read_of(schema: pa.Schema) -> list[str]:
    """What is read of a table's rows: it may be older than a field."""
    return [*READ, *(field.name for field in LATER if field.name in schema.names)]


def vector_field(length: int, model: str) -> pa.Field:
    return pa.field(VECTOR, pa.list_(pa.float32(), length), metadata={MODEL: model})


def of_vectors(schema: pa.Schema) -> tuple[str, int] | None:
    """Model and length; None: there are none."""
    if VECTOR not in schema.names:
        return None
    field = schema.field(VECTOR)
    return (field.metadata or {}).get(MODEL.encode(), b"").decode(), field.type.list_size


def rows_of(passages: Sequence[Passage], vectors: Sequence[Vector] | None, schema: pa.Schema) -> pa.Table:
    rows = [_row(one) for one in passages]
    if VECTOR in schema.names:
        for at, row in enumerate(rows):
            row[VECTOR] = None if vectors is None else vectors[at]
    return pa.Table.from_pylist(rows, schema=schema)


def id_of(place: Place) -> str:
    return f"{place.revision}/{place.order}/{place.document_id}"


def place_of(its_id: str) -> Place:
    revision, order, document = its_id.split("/", 2)
    return Place(document, int(revision), int(order))


def passages_in(table: pa.Table) -> Iterator[Passage]:
    for row in table.to_pylist():
        yield passage_of(row)


def passage_of(row: Mapping[str, Any]) -> Passage:
    table = None if row["table"] is None else TablePart(*row["table"])
    chunk = Chunk(
        order=row["order"],
        text=row["text"],
        headings=tuple(row["headings"]),
        first_page=row["first_page"],
        last_page=row["last_page"],
        table=table,
        caption=row["caption"],
        turns=_turns(row.get("turns") or ()),
    )
    subject = Subject(row["title"], row["company"], row["period"], row["document_type"], row["date"])
    return Passage(row["document"], row["revision"], subject, chunk)


def _row(passage: Passage) -> dict[str, Any]:
    chunk, subject, part = passage.chunk, passage.subject, passage.chunk.table
    return {
        "id": id_of(passage.place),
        "document": passage.document_id,
        "revision": passage.revision,
        "order": chunk.order,
        "words": searched_text(passage),
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
        "turns": [number for turn in chunk.turns for number in turn],
    }


def _turns(numbers: Sequence[int]) -> tuple[Turn, ...]:
    return tuple(Turn(at, page) for at, page in zip(numbers[::2], numbers[1::2], strict=True))
