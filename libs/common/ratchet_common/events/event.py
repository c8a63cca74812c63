"""What every event has, and the words that several of them use."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

EVERYONE = "*"  # the tenant of what belongs to all, such as base models
BASE_VERSION = "base"  # the version that serves where nothing trained does: the catalogue's models, as routed

Approach = Literal["direct", "base_rag", "finetuned", "hybrid_rag_finetuned"]
AssignedBy = Literal["routed", "share", "experiment", "pinned"]
ConfidenceSource = Literal["model", "logprobs", "checks"]
NOTHING = msgspec.Raw(b"null")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What events are made of; travels inside them only."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    tenant: str
    event_id: UUID = msgspec.field(default_factory=uuid7)  # derived events: uuid5 of what they derive from
    occurred_at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
