"""HTTP in: chat completions in OpenAI's shape. The hot path: no per-request model, no dependency, no second copy."""

import time
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from ratchet_common.auth import Scope, authorise
from ratchet_common.http import Front
from ratchet_common.vocabulary import TaskType
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.api.chat_body import ChatBody, read_chat
from ratchet_router.api.hanging_up import hung_up
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.api.schema import inlined
from ratchet_router.parts import Parts
from ratchet_router.plan import ALIASES, OF_TASK

routes = APIRouter(tags=["openai"])
ERRORS = documented_errors(401, 403, 404, 422, 503)
BEARER: dict[str, Any] = {"security": [{"HTTPBearer": []}]}
EXAMPLE = {"model": "auto", "messages": [{"role": "user", "content": "What is a canary release?"}]}
_encode = msgspec.json.Encoder().encode


class SaidMessage(BaseModel):
    model_config = ConfigDict(extra="allow")

    role: str
    content: str | None


class SaidChoice(BaseModel):
    model_config = ConfigDict(extra="allow")

    index: int
    message: SaidMessage


class Said(BaseModel):
    """What Ratchet says of the answer, for callers that see no headers."""

    result_id: UUID
    model: str
    version_id: str
    label: str | None
    items: list[str] | None
    cached: bool
    cached_from: UUID | None
    simulated: bool


class ChatCompletion(BaseModel):
    """The provider's body with `ratchet` added, or one of the same shape."""

    model_config = ConfigDict(extra="allow")

    choices: list[SaidChoice]
    ratchet: Said


class ListedModel(BaseModel):
    id: str
    object: str
    created: int
    owned_by: str


class ModelList(BaseModel):
    object: str
    data: list[ListedModel]


@in_openai_shape
async def chat_completions(request: Request) -> Response:
    """As OpenAI's, answered by the model that suits. Headers say which, at what cost, and under which result id."""
    caller = authorise(request, Scope.GENERATE)
    parts: Parts = request.app.state.parts
    ask = read_chat(await request.body(), caller.tenant)
    answered = await answer(ask, parts, partial(hung_up, request))
    return Response(_encode(_body(answered)), headers=_headers(answered), media_type="application/json")


@in_openai_shape
async def models(request: Request) -> Response:
    """What `model` may be: the catalogue's names, the tiers, the tasks."""
    authorise(request, Scope.GENERATE)
    parts: Parts = request.app.state.parts
    names = [*parts.catalogue.models, *ALIASES, *(f"{OF_TASK}{task}" for task in TaskType)]
    listed = [{"id": name, "object": "model", "created": 0, "owned_by": "ratchet"} for name in names]
    return Response(_encode({"object": "list", "data": listed}), media_type="application/json")


front: Front = {("POST", "/v1/chat/completions"): chat_completions}
# The front answers; the route documents it.
routes.add_api_route(
    "/v1/chat/completions",
    chat_completions,
    methods=["POST"],
    responses={200: {"model": ChatCompletion}, **ERRORS},
    openapi_extra=BEARER
    | {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inlined(ChatBody), "example": EXAMPLE}},
        }
    },
)
routes.add_api_route(
    "/v1/models", models, methods=["GET"], responses={200: {"model": ModelList}, **ERRORS}, openapi_extra=BEARER
)


def _body(answered: Answered) -> dict[str, Any]:
    said = {
        "result_id": answered.result_id,
        "model": answered.model,
        "version_id": answered.version_id,
        "label": answered.label,
        "items": answered.items,
        "cached": answered.cached_from is not None,
        "cached_from": answered.cached_from,
        "simulated": answered.simulated,
    }
    if answered.body is not None:
        return {**answered.body, "ratchet": said}
    usage = answered.usage
    return {
        "id": f"chatcmpl-{answered.result_id.hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": answered.model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": answered.output}, "finish_reason": "stop"}
        ],
        "usage": {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
        },
        "ratchet": said,
    }


def _headers(answered: Answered) -> dict[str, str]:
    decision = answered.decision
    headers = {
        "x-ratchet-result-id": str(answered.result_id),
        "x-ratchet-model": answered.model,
        "x-ratchet-version": answered.version_id,
        "x-ratchet-tier": answered.tier,
        "x-ratchet-cached": "false" if answered.cached_from is None else "true",
        "x-ratchet-cost-usd": f"{answered.cost_usd:.6f}",
        "x-ratchet-decision": f"{decision.assigned_by}; complexity={decision.complexity}; revision={decision.revision}",
        "x-ratchet-simulated": "true" if answered.simulated else "false",
    }
    return headers if answered.recorded else headers | {"x-ratchet-recorded": "false"}
