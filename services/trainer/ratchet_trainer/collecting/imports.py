"""An example from outside: somebody brings a request and what should be answered to it. Pure."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_trainer.collecting.drafts import About, Draft, Refused
from ratchet_trainer.collecting.targets import Reason, shaped
from ratchet_trainer.privacy.hashing import Hashes

IMPORTED: Final = "imported"
REFUSED: Final = "refused"
NO_TASK: Final = "none"  # of a line that names none, where none is named for the file
WHY = {
    Reason.NO_TARGET: "its target is empty.",
    Reason.EMPTY_DOCUMENT: "its document is empty.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line of a file that brings nothing. `why`: a sentence without its text."""

    tenant: str
    reason: Reason
    why: str
    line: bytes = field(repr=False)
    task_type: str = NO_TASK


def draft_of(brought: Brought, hashes: Hashes, now: datetime) -> Draft | Refused:
    """Its id comes from what is in it: brought twice, it is one."""
    target = shaped(brought.task_type, brought.target, brought.labels, "imported")
    about = _about(brought, hashes, now)
    if not brought.document.strip():
        return kept_apart(Refused(about, Reason.EMPTY_DOCUMENT))
    if isinstance(target, Reason):
        return kept_apart(Refused(about, target))
    return Draft(
        about=about,
        document=brought.document,
        question=brought.question,
        labels=brought.labels,
        tags=brought.tags,
        output=None,
        target=target,
    )


def refusal_of(unreadable: Unreadable, hashes: Hashes, now: datetime) -> Refused:
    """Sent twice, it is one."""
    digest = hashlib.sha256(unreadable.line).hexdigest()
    about = About(
        example_id=UUID(hex=hashes.of(REFUSED, unreadable.tenant, f"{unreadable.task_type}/{digest}")),
        revision=0,
        tenant=unreadable.tenant,
        task_type=unreadable.task_type,
        result_id=None,
        spoken=False,
        assigned_by=IMPORTED,
        answered_at=now,
        learned_at=now,
    )
    return Refused(about, unreadable.reason)


def kept_apart(refused: Refused) -> Refused:
    """Under an id of its own: what is refused now may be taken by other settings."""
    about = refused.about
    return replace(refused, about=replace(about, example_id=uuid5(about.example_id, REFUSED)))


def _about(brought: Brought, hashes: Hashes, now: datetime) -> About:
    said = (brought.task_type, brought.document, brought.question, brought.labels, brought.target)
    return About(
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
