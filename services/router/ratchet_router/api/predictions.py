"""HTTP in: answers that were made elsewhere enter the loop as if they had been made here."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from ratchet_common.auth import Caller, MayGenerate
from ratchet_common.events import BASE_VERSION, Usage
from ratchet_common.problems import documented
from ratchet_common.vocabulary import DocumentType, TaskType, known_task
from ratchet_router.api.batches import IdempotencyKey
from ratchet_router.api.given import GivenBody
from ratchet_router.api.input_body import InputBody, Short, Text, messages_of
from ratchet_router.api.parts import TheParts
from ratchet_router.made_elsewhere import MadeElsewhere
from ratchet_router.once import once
from ratchet_router.told_once import take_once

routes = APIRouter(tags=["predictions"])

LONGEST_AGO, FAST_CLOCK = timedelta(days=30), timedelta(minutes=5)
MOST_TOKENS: Final = 100_000_000
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[!-~]+$")]
Tokens = Annotated[int, Field(ge=0, le=MOST_TOKENS)]
EXAMPLE: dict[str, JsonValue] = {
    "task_type": "classification",
    "model": "our-old-model",
    "document_text": "Please send the draft by Monday.",
    "labels": ["request", "commitment", "other"],
    "output": "request",
    "external_id": "mail-1",
    "latency_ms": 840,
    "cost_usd": 0.0004,
}


class UsedTokens(GivenBody):
    input_tokens: Tokens
    output_tokens: Tokens
    cached_tokens: Tokens = Field(0, description="of the input tokens")

    @model_validator(mode="after")
    def _part_of_whole(self) -> Self:
        if self.cached_tokens > self.input_tokens:
            raise PydanticCustomError("cached_tokens", "cached_tokens are a part of input_tokens, and cannot be more")
        return self


class PredictionBody(InputBody):
    """Exactly one of `document_text`, `documents` and `messages`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    model: Name
    output: Text
    version_id: Name = Field(BASE_VERSION, description="a version; `base`: nothing that was trained")
    external_id: Short | None = Field(
        None, description="your own name for it: told twice with one answered_at, it is one, and the first stands"
    )
    answered_at: AwareDatetime | None = Field(None, description="within the last 30 days; left out: now")
    document_type: DocumentType | None = None
    document_id: Short | None = Field(None, description="your own name of the document: its cost is counted by it")
    labels: list[Short] = Field([], max_length=100)
    template: Name | None = None
    confidence: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    latency_ms: float = Field(0, ge=0, le=86_400_000, allow_inf_nan=False)
    usage: UsedTokens | None = Field(None, description="left out: estimated from the texts")
    cost_usd: Decimal | None = Field(
        None, ge=0, le=1_000, allow_inf_nan=False, max_digits=20, description="left out: by the catalogue's prices"
    )
    reference: Text | list[Text] | None = Field(None, description="what would have been right, where that is known")
    collect: bool = Field(True, description="false: nobody may learn from it")
    user_id: Short | None = None
    session_id: Short | None = None
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field([], max_length=20)

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        now = datetime.now(UTC)
        if self.answered_at and not now - LONGEST_AGO <= self.answered_at <= now + FAST_CLOCK:
            raise PydanticCustomError("answered_at", "answered_at must lie within the last 30 days")
        return self


class Recorded(BaseModel):
    result_id: UUID = Field(description="what feedback on it names")
    recorded: bool = Field(description="it is safe; where the same external_id was told before, that one still counts")
    cost_usd: float
    cost_from: Literal["given", "catalogue", "unknown"] = Field(
        description="`unknown`: no cost was given, and the catalogue does not know the model; it counts as 0"
    )
    text_omitted: Literal["", "too_large", "not_collected"] = Field(
        description="why nobody will learn from it, or see it: its texts are too large to travel"
    )


@routes.post("/api/models/predictions", status_code=202, response_model=Recorded, responses=documented(404, 409, 503))
async def told_of(
    body: PredictionBody,
    request: Request,
    response: Response,
    caller: MayGenerate,
    parts: TheParts,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """An answer that was made elsewhere. It counts in accuracy, cost and drift, people can say what it was worth, and
    what they say is learned from. It is in no comparison of versions on trial, since nobody drew who answers.
    """
    wanted = None
    if idempotency_key is not None:
        wanted = once(request.headers, caller.tenant, request.scope["path"], await request.body())
    taken = await take_once(made_elsewhere(body, caller), wanted, parts)
    if taken.replayed:
        response.headers["x-ratchet-replayed"] = "true"
    found = taken.told
    return Recorded(
        result_id=found.event.result_id,
        recorded=taken.recorded,
        cost_usd=float(found.event.cost_usd),
        cost_from=found.cost_from,
        text_omitted=found.event.text_omitted,
    )


def made_elsewhere(body: PredictionBody, caller: Caller) -> MadeElsewhere:
    """Raises UnknownTaskError."""
    task = known_task(body.task_type)
    return MadeElsewhere(
        tenant=caller.tenant,
        task_type=task,
        model=body.model,
        answered_at=(body.answered_at or datetime.now(UTC)).astimezone(UTC),
        messages=messages_of(body),
        output=body.output,
        external_id=body.external_id,
        version_id=body.version_id,
        document_type=body.document_type,
        document_id=body.document_id,
        template=body.template,
        user=body.user_id,
        session=body.session_id,
        tags=tuple(dict.fromkeys(body.tags)),
        labels=tuple(dict.fromkeys(body.labels)),
        has_document=body.messages is None or task is not TaskType.CHAT,
        confidence=body.confidence,
        latency_ms=body.latency_ms,
        usage=Usage(**body.usage.model_dump()) if body.usage else None,
        cost_usd=body.cost_usd,
        reference=body.reference,
        collect=body.collect,
    )
