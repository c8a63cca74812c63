"""HTTP in: chat completions in OpenAI's shape. The hot path: no per-request model, no dependency, no second copy."""

import time
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from ratchet_common.auth import Scope, authorise
from ratchet_common.http import Front
from ratchet_providers.chat_assembly import usage_in_chat
from ratchet_router.answered import Answered
from ratchet_router.api.about import Said, said_of
from ratchet_router.api.chat_body import ChatBody, read_chat
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.api.schema import inlined
from ratchet_router.api.speaking import answer_in_shape
from ratchet_router.ask import Ask
from ratchet_router.grounding.retrieving import grounded
from ratchet_router.shapes.chat import ChatFrames
from ratchet_router.shapes.shape import Frames

ERRORS = documented_errors(400, 401, 402, 403, 404, 409, 429, 502, 503, 504)
routes = APIRouter(tags=["openai"], responses=ERRORS)
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


@in_openai_shape
async def chat_completions(request: Request) -> Response:
    """As OpenAI's, answered by the model that suits. Headers say which, at what cost, and under which result id."""
    caller = authorise(request, Scope.GENERATE)
    ask = read_chat(await request.body(), caller)
    return await answer_in_shape(request, caller, ask, SpokenChat(ask), grounded)


front: Front = {("POST", "/v1/chat/completions"): chat_completions}
# The front answers; the route documents it.
routes.add_api_route(
    "/v1/chat/completions",
    chat_completions,
    methods=["POST"],
    responses={200: {"model": ChatCompletion}},
    openapi_extra=BEARER
    | {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inlined(ChatBody), "example": EXAMPLE}},
        }
    },
)


@dataclass(frozen=True, slots=True)
class SpokenChat:
    ask: Ask

    def body(self, answered: Answered) -> bytes:
        return chat_completion(answered)

    def frames(self, who: Answered) -> ChatFrames:
        name = f"chatcmpl-{who.result_id.hex}"
        return ChatFrames(name, who.model, int(time.time()), usage_asked=self.ask.usage_asked)

    async def told(self, answered: Answered, whole: bytes | Frames) -> None:
        """Nothing is kept of it."""


def chat_completion(answered: Answered) -> bytes:
    """The body of a whole answer."""
    return _encode(_body(answered))


def _body(answered: Answered) -> dict[str, Any]:
    if answered.body is not None:
        counted = {"usage": usage_in_chat(answered.usage)} if answered.usage.estimated else {}  # it had none itself
        return {**answered.body, **counted, "ratchet": said_of(answered)}
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
