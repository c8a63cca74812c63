"""HTTP in: which model would a request go to, and why? The same bodies as for an answer, and nobody is asked."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from ratchet_common.auth import Caller, MayGenerate
from ratchet_common.problems import documented
from ratchet_router.api.chat_body import read_chat
from ratchet_router.api.generate import GenerateBody, ask_of_body, with_best
from ratchet_router.api.parts import TheParts
from ratchet_router.api.views import Routed, routing, usd
from ratchet_router.ask import Ask
from ratchet_router.beginning import begun
from ratchet_router.grounding.retrieving import grounded
from ratchet_router.parts import Parts

routes = APIRouter(tags=["generate"])


class RoutedChat(BaseModel):
    """The body of a chat completion, all of it: tools, limits and the rest decide who can do it."""

    model_config = ConfigDict(extra="allow")

    model: Any = None
    messages: Any


def _which(body: Any) -> str:
    return "chat" if isinstance(body, dict) and "messages" in body and "task_type" not in body else "generate"


Body = Annotated[Annotated[GenerateBody, Tag("generate")] | Annotated[RoutedChat, Tag("chat")], Discriminator(_which)]


@routes.post("/api/route", response_model=Routed, responses=documented(400, 404, 409, 503))
async def route(body: Body, request: Request, caller: MayGenerate, parts: TheParts) -> Any:
    """Takes the body of /api/generate, or of /v1/chat/completions."""
    progress = begun(await _ask(body, request, caller, parts), parts)
    plan = progress.plan
    version, model, tier = plan.first
    return {
        "model": model,
        "version_id": version,
        "tier": tier,
        "template": progress.template,
        "estimated_cost_usd": usd(plan.expected_cost_usd),
        "routing": routing(plan.decision),
    }


async def _ask(body: Body, request: Request, caller: Caller, parts: Parts) -> Ask:
    """Raises UnknownTaskError, InvalidChatError."""
    if isinstance(body, RoutedChat):
        return await grounded(read_chat(await request.body(), caller), parts)
    return await grounded(await with_best(ask_of_body(body, caller), body, parts), parts)
