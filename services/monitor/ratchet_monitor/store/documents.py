"""Structs as documents and back. Keys of documents are ours: what users name stays among the values."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from bson import Binary

from ratchet_common.mongo import Document

T = TypeVar("T", bound=msgspec.Struct)


def document_of(struct: msgspec.Struct) -> Document:
    """UUIDs on the first level only."""
    fields: Document = msgspec.to_builtins(struct, str_keys=True, builtin_types=(datetime, UUID))
    for name, value in fields.items():
        if isinstance(value, UUID):
            fields[name] = Binary.from_uuid(value)
    return fields


def struct_of(kind: type[T], document: Document) -> T:
    """Ignores fields that the struct does not have."""
    return msgspec.convert(document, kind, str_keys=True)


def not_later(at: datetime) -> Document:
    """Holds where nobody has looked later: a look that took longer than its lease takes no newer one's place."""
    return {"finding.at": {"$not": {"$gt": at}}}
