"""An example from outside: somebody brings a request and what should be answered to it. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_trainer.drafts import About, Draft
from ratchet_trainer.hashing import Hashes
from ratchet_trainer.targets import Reason, shaped

IMPORTED = "imported"
WHY = {
    Reason.NO_TARGET: "its target is empty.",
    Reason.NOT_AMONG_LABELS: "its target is none of its labels.",
    Reason.EMPTY_AFTER_SCRUBBING: "nothing but private data is in its document or in its target.",
}


class NothingToLearnError(RefusedError):
    type = "nothing-to-learn"
    title = "Nothing can be learned from this example"

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"The example was not taken: {why_not(reason)}", reason=str(reason))
        self.reason = reason


def why_not(reason: Reason) -> str:
    return WHY.get(reason, str(reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    tenant: str
    task_type: str
    document: str = field(repr=False)
    target: str | tuple[str, ...] = field(repr=False)
    question: str = field(default="", repr=False)
    labels: tuple[str, ...] = ()
    document_type: str | None = None
    session: str | None = None
    user: str | None = None
    tags: tuple[str, ...] = ()


def draft_of(brought: Brought, hashes: Hashes, now: datetime) -> Draft:
    """Its id comes from what is in it: brought twice, it is one. Raises NothingToLearnError."""
    target = shaped(brought.task_type, brought.target, brought.labels, "imported")
    if isinstance(target, Reason):
        raise NothingToLearnError(target)
    said = (brought.task_type, brought.document, brought.question, brought.labels, brought.target)
    about = About(
        example_id=UUID(hex=hashes.of(IMPORTED, brought.tenant, msgspec.json.encode(said).decode())),
        revision=0,
        tenant=brought.tenant,
        task_type=brought.task_type,
        result_id=None,
        spoken=False,
        assigned_by=IMPORTED,
        stratum=IMPORTED,
        document_type=brought.document_type,
        session_hash=hashes.of_some("session", brought.tenant, brought.session),
        user_hash=hashes.of_some("user", brought.tenant, brought.user),
        answered_at=now,
        learned_at=now,
    )
    return Draft(
        about=about,
        document=brought.document,
        question=brought.question,
        labels=brought.labels,
        tags=brought.tags,
        output=None,
        target=target,
    )
