"""HTTP in: which documents a question shall be answered from, and how."""

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from pydantic import AfterValidator, Field

from ratchet_common.events import Approach
from ratchet_common.vocabulary import DocumentType
from ratchet_documents.asked_times import PERIODS, WRITTEN, period_of
from ratchet_router.api.given import GivenBody
from ratchet_router.grounding.context import Context

MOST_NAMED: Final = 100
Named = Annotated[str, Field(min_length=1, max_length=200)]


def _written_as_a_period(said: str) -> str:
    if not re.fullmatch(PERIODS, said):
        raise ValueError(f"a period is written as {WRITTEN}")
    return said


Period = Annotated[
    str, AfterValidator(_written_as_a_period), Field(max_length=20, json_schema_extra={"pattern": PERIODS})
]
Asked = Literal["auto", "direct", "base_rag", "finetuned", "hybrid_rag_finetuned"]


class ContextBody(GivenBody):
    """The texts are retrieved from the tenant's documents. Lists narrow where is looked; empty: anywhere."""

    documents: list[Named] = Field([], max_length=MOST_NAMED, description="ids, as POST /api/documents gave them")
    companies: list[Named] = Field([], max_length=MOST_NAMED)
    periods: list[Period] = Field([], max_length=MOST_NAMED, description=f"each as {WRITTEN}")
    document_types: list[DocumentType] = Field([], max_length=20)
    approach: Asked = Field("auto", description="auto: by an experiment, the traffic and what the question needs")
    passages: int | None = Field(None, ge=1, le=100, description="how many; default: as many as the question needs")

    def context(self) -> Context:
        return Context(
            documents=tuple(dict.fromkeys(self.documents)),
            companies=tuple(dict.fromkeys(self.companies)),
            periods=tuple(dict.fromkeys(map(period_of, self.periods))),
            document_types=tuple(dict.fromkeys(self.document_types)),
            approach=_named(self.approach),
            passages=self.passages,
        )


NAMED = Annotated[str, Meta(min_length=1, max_length=200)]
PERIOD = Annotated[str, Meta(pattern=PERIODS, max_length=20)]


class ContextExtra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As ContextBody, in the `ratchet` object of a chat completion."""

    documents: Annotated[tuple[NAMED, ...], Meta(max_length=MOST_NAMED)] | None = ()
    companies: Annotated[tuple[NAMED, ...], Meta(max_length=MOST_NAMED)] | None = ()
    periods: Annotated[tuple[PERIOD, ...], Meta(max_length=MOST_NAMED)] | None = ()
    document_types: Annotated[tuple[DocumentType, ...], Meta(max_length=20)] | None = ()
    approach: Asked | None = "auto"
    passages: Annotated[int, Meta(ge=1, le=100)] | None = None

    def context(self) -> Context:
        return Context(
            documents=tuple(dict.fromkeys(self.documents or ())),
            companies=tuple(dict.fromkeys(self.companies or ())),
            periods=tuple(dict.fromkeys(map(period_of, self.periods or ()))),
            document_types=tuple(dict.fromkeys(self.document_types or ())),
            approach=_named(self.approach or "auto"),
            passages=self.passages,
        )


def _named(approach: Asked) -> Approach | None:
    return None if approach == "auto" else approach
