"""What is asked of Ratchet itself, beside what is asked of a model."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ratchet_common.vocabulary import DocumentType
from ratchet_router.ask import CacheUse
from ratchet_router.provider_table import LimitsTable

Short = Annotated[str, Meta(min_length=1, max_length=200)]
VariableName = Annotated[str, Meta(min_length=1, max_length=40)]
VariableValue = Annotated[str, Meta(max_length=10_000)] | int | float
Priority = Annotated[float, Meta(ge=0)]


class Requirements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only the proportions matter; all 0 means that none goes before another."""

    accuracy_priority: Priority = 1.0
    cost_priority: Priority = 1.0
    speed_priority: Priority = 1.0


class Extras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of Ratchet itself, in the body's `ratchet` object."""

    task: Annotated[str, Meta(min_length=1, max_length=50)] | None = None
    document_type: DocumentType | None = None
    labels: Annotated[tuple[Short, ...], Meta(max_length=100)] = ()
    requirements: Requirements = Requirements()
    template: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    variables: Annotated[dict[VariableName, VariableValue], Meta(max_length=50)] = {}
    cot: bool = False
    cache: CacheUse = "use"
    collect: bool = True
    max_cost_usd: Annotated[float, Meta(ge=0, le=1000)] | None = None
    deadline_ms: Annotated[int, Meta(ge=10, le=3_600_000)] | None = None
    limits: LimitsTable | None = None
    user_id: Short | None = None
    session_id: Short | None = None
    tags: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=20)] = ()
