"""What a parser in a process of its own says to the worker: one document asked for at a time, frames in answer."""

import struct
from typing import Final

import msgspec

from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph
from ratchet_documents.parsed import Divided, Kind
from ratchet_router.documents.document import Said

LENGTH: Final = struct.Struct(">I")
LARGEST: Final = 64 * 1024 * 1024  # bytes of a frame: a portion has some dozens of chunks


class ToParse(msgspec.Struct, frozen=True):
    """`document_id`: as the graph has it. `company`, `period`: in place of what is read; empty: it is read."""

    path: str
    name: str
    document_id: str = ""
    company: str = ""
    period: str = ""


class Ready(msgspec.Struct, frozen=True, tag_field="frame", tag="ready"):
    """The process lives: it has begun to wait for documents. What it dies of from now on is a document."""


class PagesRead(msgspec.Struct, frozen=True, tag_field="frame", tag="pages"):
    """So far."""

    pages: int


class Head(msgspec.Struct, frozen=True, tag_field="frame", tag="head"):
    """`metadata`: without what the caller gave."""

    kind: Kind
    divided: Divided
    pages: int
    metadata: dict[str, Said]
    assumptions: tuple[str, ...]


class Portion(msgspec.Struct, frozen=True, tag_field="frame", tag="portion"):
    chunks: tuple[Chunk, ...]


class Spoken(msgspec.Struct, frozen=True, tag_field="frame", tag="graph"):
    """Who and what the document speaks of, once all of it was read."""

    graph: Graph


class NotRead(msgspec.Struct, frozen=True, tag_field="frame", tag="refused"):
    """`type`: a `Reason`, or `too_much_memory`."""

    type: str
    sentence: str


class End(msgspec.Struct, frozen=True, tag_field="frame", tag="end"):
    """`leaves`: the process has grown, and reads no further document."""

    leaves: bool


Frame = Ready | PagesRead | Head | Portion | Spoken | NotRead | End
encoded = msgspec.msgpack.Encoder().encode
decoded = msgspec.msgpack.Decoder(Frame).decode
