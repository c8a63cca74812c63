"""Who is to be forgotten, and who has forgotten."""

from uuid import UUID

import msgspec

from ratchet_common.events.event import Event


class ErasureAsked(Event, frozen=True, kw_only=True, tag="erasure.asked.v1"):
    """A user is to be forgotten: all that is his and was there when it was asked for, `occurred_at`."""

    erasure_id: UUID
    user: str  # a digest (persons.py): the name itself does not travel


class ErasureDone(Event, frozen=True, kw_only=True, tag="erasure.done.v1"):
    """One service has forgotten."""

    erasure_id: UUID
    service: str
    # By kind; at least so many, where a service was killed while it counted.
    removed: dict[str, int] = msgspec.field(default_factory=dict)
