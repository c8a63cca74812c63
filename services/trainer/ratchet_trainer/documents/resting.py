"""Documents that an answer was given from, and what became of them since. Pure.

An id is given to one document only and never again: what rests on one that was deleted has nothing to rest on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ratchet_common.events import DocumentChanged, FeedbackJoined, PredictionMade

LEAVING = ("deleting", "gone")  # states from which no document comes back


@dataclass(frozen=True, slots=True)
class DocumentRead:
    document_id: str
    revision: int = 0  # whose passages were read; 0: not known


class Became(StrEnum):
    DELETED = "deleted"
    CHANGED = "changed"  # what can be searched today has another content


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a document. `served_since`: its content has been the same since this revision; 0: not said."""

    document_id: str
    deleted_at: datetime | None = None
    served_since: int = 0
    changed_at: datetime | None = None

    @property
    def has_changed(self) -> bool:
        """Since the first revision, by which nothing can be older."""
        return self.served_since > 1

    def of(self, revision: int) -> Became | None:
        """What it did to what rests on `revision`. One that is not known is older than any that is."""
        if self.deleted_at is not None:
            return Became.DELETED
        return Became.CHANGED if self.has_changed and revision < self.served_since else None


def read_in(event: PredictionMade | FeedbackJoined) -> tuple[DocumentRead, ...]:
    revisions = event.revisions_read or (0,) * len(event.documents_read)
    return tuple(DocumentRead(*one) for one in zip(event.documents_read, revisions, strict=False))


def fate_in(changed: DocumentChanged) -> Fate | None:
    """None: nothing follows from it."""
    if changed.change == "went" or changed.state in LEAVING:
        return Fate(changed.document_id, deleted_at=changed.occurred_at)
    if changed.served_since > 1:
        return Fate(changed.document_id, served_since=changed.served_since, changed_at=changed.occurred_at)
    return None


def fates_in(changes: Sequence[DocumentChanged]) -> dict[str, dict[str, Fate]]:
    """By tenant and document, of each the last word: the deletion, or the newest content."""
    found: dict[str, dict[str, Fate]] = {}
    for change in changes:
        fate = fate_in(change)
        if fate is not None:
            its = found.setdefault(change.tenant, {})
            known = its.get(fate.document_id)
            its[fate.document_id] = fate if known is None else _later(known, fate)
    return found


def became(read: Iterable[DocumentRead], fates: Mapping[str, Fate]) -> Became | None:
    """What became of the whole that they were read for: one that was deleted outweighs all that have changed."""
    each = {fates[one.document_id].of(one.revision) for one in read if one.document_id in fates}
    return next((one for one in (Became.DELETED, Became.CHANGED) if one in each), None)


def _later(one: Fate, other: Fate) -> Fate:
    if one.deleted_at or other.deleted_at:
        return one if one.deleted_at else other
    return max(one, other, key=lambda fate: fate.served_since)
