"""What is asked of Ratchet itself, beside what is asked of a model."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ratchet_catalogue.provider_table import LimitsTable
from ratchet_common.vocabulary import DocumentType
from ratchet_router.api.context_body import ContextExtra
from ratchet_router.ask import CacheUse
from ratchet_router.priorities import Priorities

Short = Annotated[str, Meta(min_length=1, max_length=200)]
VariableName = Annotated[str, Meta(min_length=1, max_length=40)]
VariableValue = Annotated[str, Meta(max_length=10_000)] | int | float
Priority = Annotated[float, Meta(ge=0)]


class Requirements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only the proportions matter; all 0 means that none goes before another."""

    accuracy_priority: Priority | None = 1.0
    cost_priority: Priority | None = 1.0
    speed_priority: Priority | None = 1.0

    @property
    def priorities(self) -> Priorities:
        given = (self.accuracy_priority, self.cost_priority, self.speed_priority)
        return Priorities(*(1.0 if one is None else one for one in given))


NO_REQUIREMENTS: Final = Requirements()


class Extras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of Ratchet itself, in the body's `ratchet` object. What is null is as if it were left out."""

    task: Annotated[str, Meta(min_length=1, max_length=50)] | None = None
    document_type: DocumentType | None = None
    document_id: Short | None = None
    labels: Annotated[tuple[Short, ...], Meta(max_length=100)] | None = ()
    requirements: Requirements | None = NO_REQUIREMENTS
    template: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    variables: Annotated[dict[VariableName, VariableValue], Meta(max_length=50)] | None = {}
    cot: bool | None = False
    cache: CacheUse | None = "use"
    collect: bool | None = True
    max_cost_usd: Annotated[float, Meta(ge=0, le=1000)] | None = None
    deadline_ms: Annotated[int, Meta(ge=10, le=3_600_000)] | None = None
    limits: LimitsTable | None = None
    user_id: Short | None = None
    session_id: Short | None = None
    context: ContextExtra | None = None
    tags: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=20)] | None = ()


NOTHING_ASKED: Final = Extras()
