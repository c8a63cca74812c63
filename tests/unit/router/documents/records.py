"""Records of documents for the tests."""

from datetime import UTC, datetime
from typing import Any

from ratchet_router.documents.document import DocumentRecord, Read, Served

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def record(**how: Any) -> DocumentRecord:
    given = {"id": "doc_1", "tenant": "acme", "name": "a.md", "sha256": "aa", "created_at": NOW, "received_at": NOW}
    return DocumentRecord(**{**given, "changed_at": NOW, **how})


def served(file: str, revision: int = 1, received_at: datetime = NOW) -> Served:
    read = Read(kind="text", divided="not", pages=1, chunks=1, metadata={})
    return Served(
        revision=revision, file=file, size=1, name="a.md", received_at=received_at, ready_at=received_at, read=read
    )
