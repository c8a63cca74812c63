"""What is put at once: all passages of one revision of one document."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ratchet_retrieval.passages import Passage
from ratchet_retrieval.port import Found, Ranked

_Hit = TypeVar("_Hit", Found, Ranked)


def document_of(passages: Sequence[Passage], vectors: Sequence[Sequence[float]] | None) -> tuple[str, int]:
    """Its id and its revision. Raises ValueError."""
    documents = {(one.document_id, one.revision) for one in passages}
    if len(documents) != 1:
        raise ValueError(f"The passages are of {len(documents)} documents or revisions: put those of one at a time.")
    if len({one.chunk.order for one in passages}) != len(passages):
        raise ValueError("Two passages of the document have the same order.")
    if vectors is not None and len(vectors) != len(passages):
        raise ValueError(f"{len(vectors)} vectors came for {len(passages)} passages.")
    return documents.pop()


def newest(found: Iterable[_Hit]) -> list[_Hit]:
    """Without those of which a newer revision of the same document was found as well."""
    found = list(found)
    latest: dict[str, int] = {}
    for one in found:
        its = one.place
        latest[its.document_id] = max(latest.get(its.document_id, 0), its.revision)
    return [one for one in found if one.place.revision == latest[one.place.document_id]]
