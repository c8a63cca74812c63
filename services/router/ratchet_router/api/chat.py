"""HTTP in: chat completions in OpenAI's shape. The hot path: no per-request model, no dependency, no second copy."""

import time
from functools import partial
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from ratchet_common.auth import Scope, authorise
from ratchet_common.http import Front
from ratchet_common.vocabulary import TaskType
from ratchet_providers.chat_assembly import usage_in_chat
from ratchet_router.answered import Answered
from ratchet_router.api.about import Said, at_the_end, headers, said_of
from ratchet_router.api.chat_body import ChatBody, read_chat
from ratchet_router.api.event_stream import EventStream
from ratchet_router.api.hanging_up import Callers, hung_up
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.api.schema import inlined
from ratchet_router.ask import Ask
from ratchet_router.cache_control import cache_control
from ratchet_router.idempotency import Once
from ratchet_router.once import answer_once, once, opened_once
from ratchet_router.parts import Parts
from ratchet_router.plan import ALIASES, OF_TASK
from ratchet_router.shapes.chat import ChatFrames

routes = APIRouter(tags=["openai"])
ERRORS = documented_errors(400, 401, 402, 403, 404, 422, 429, 502, 503, 504)
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
    callers: Callers = request.app.state.callers
    body = await request.body()
    ask = read_chat(body, caller)
    wanted = once(request.headers, caller.tenant, request.url.path, body)
    if control := request.headers.get("cache-control"):
        ask = cache_control(control).over(ask)
    with callers.watching(request):
        if ask.stream:
            return await _streamed(ask, wanted, parts, callers)
        answered = await answer_once(ask, wanted, parts, partial(hung_up, request))
    return Response(_encode(_body(answered)), headers=headers(answered), media_type="application/json")


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
    if answered.body is not None:
        return {**answered.body, "ratchet": said_of(answered)}
    return {
        "id": f"chatcmpl-{answered.result_id.hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": answered.model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": answered.output, "refusal": None},
                "logprobs": None,
                "finish_reason": answered.finish,
            }
        ],
        "usage": usage_in_chat(answered.usage),
        "ratchet": said_of(answered),
    }


async def _streamed(ask: Ask, wanted: Once | None, parts: Parts, callers: Callers) -> Response:
    stream = await opened_once(ask, wanted, parts)
    who = stream.who()
    frames = ChatFrames(f"chatcmpl-{who.result_id.hex}", who.model, int(time.time()), usage_asked=ask.usage_asked)
    return EventStream(stream.frames(frames, at_the_end), headers(who, streamed=True), callers)
