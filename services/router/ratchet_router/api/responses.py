"""HTTP in: OpenAI's responses. A conversation is kept for a while, so that its next turn need not repeat it."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response

from ratchet_catalogue.catalogue import Capability
from ratchet_common.auth import Caller, Scope, authorise
from ratchet_common.errors import RetryLaterError
from ratchet_common.persons import digest_of_some
from ratchet_router.answered import Answered
from ratchet_router.api.about import said_of
from ratchet_router.api.asking import Asked, ask_of
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.api.speaking import answer_in_shape
from ratchet_router.ask import Ask
from ratchet_router.conversations import Conversations, History, in_conversation
from ratchet_router.parts import Parts
from ratchet_router.shapes.responses.errors import InvalidResponsesError
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.shapes.responses.ids import response_id
from ratchet_router.shapes.responses.own_fields import goes_on_from
from ratchet_router.shapes.responses.read import ResponsesRequest, read_responses
from ratchet_router.shapes.responses.response import Response as ResponsesAnswer
from ratchet_router.shapes.responses.response import begun
from ratchet_router.shapes.responses.whole import as_completion, whole
from ratchet_router.shapes.shape import Frames

ERRORS = documented_errors(400, 401, 402, 403, 404, 409, 429, 502, 503, 504)
routes = APIRouter(tags=["openai"], responses=ERRORS)
BEARER: dict[str, Any] = {"security": [{"HTTPBearer": []}]}
MOST_ITEMS: Final = 100
NATIVE: Final = "responses"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class SpokenResponse:
    asked: ResponsesRequest
    caller: Caller
    conversations: Conversations
    history: History

    def body(self, answered: Answered) -> bytes:
        return response_body(self.asked, answered)

    def frames(self, who: Answered) -> ResponsesFrames:
        return ResponsesFrames(_begun(self.asked, who))

    async def told(self, answered: Answered, whole: bytes | Frames) -> None:
        """Keeps the turn, unless it is not to be kept. Where the store is away the next turn says that this one is not
        here: it was answered all the same.
        """
        response = whole.response if isinstance(whole, ResponsesFrames) else whole
        if not self.asked.store or answered.replayed or not isinstance(response, bytes):
            return
        with suppress(RetryLaterError):
            tenant = self.caller.tenant
            user = digest_of_some(tenant, self.asked.user)
            await self.conversations.keep(tenant, user, self.history, self.asked.items, response)


def response_body(asked: ResponsesRequest, answered: Answered) -> bytes:
    """The body of a whole answer."""
    if answered.body is not None and answered.shape == NATIVE:
        return _encode({**answered.body, **goes_on_from(asked.previous), "ratchet": said_of(answered)})
    said = as_completion(answered.body, answered.output or "", answered.finish, model=answered.model)
    told = whole(_begun(asked, answered), said, answered.usage, now=int(time.time()))
    return _encode(msgspec.structs.replace(told, ratchet=said_of(answered)))


def _begun(asked: ResponsesRequest, answered: Answered) -> ResponsesAnswer:
    return begun(asked.body, response_id=response_id(answered.result_id), created_at=int(time.time()))


def ask_for(asked: ResponsesRequest, caller: Caller, parts: Parts) -> Ask:
    """Raises OnlyResponsesError, UnknownTaskError."""
    able = any(NATIVE in model.capabilities for model in parts.catalogue.of(caller.tenant).models.values())
    if asked.beyond is not None and not able:
        asked.require_chat()
    beyond: frozenset[Capability] = frozenset({"responses"}) if asked.beyond is not None else frozenset()
    return ask_of(
        Asked(
            model=asked.model,
            messages=asked.messages,
            extras=asked.extras,
            fields=asked.fields,
            native=asked.native,
            capabilities=asked.capabilities | beyond,
            max_output_tokens=asked.body.max_output_tokens,
            stream=asked.stream,
            user=asked.user,
        ),
        caller,
    )


@in_openai_shape
async def create(request: Request) -> Response:
    """As OpenAI's. Tools that are run by the provider need a model whose provider speaks responses itself."""
    caller = authorise(request, Scope.GENERATE)
    parts: Parts = request.app.state.parts
    conversations: Conversations = request.app.state.conversations
    asked = read_responses(await request.body(), request.headers)
    asked, history = await in_conversation(asked, caller.tenant, conversations)
    ask = ask_for(asked, caller, parts)
    return await answer_in_shape(request, caller, ask, SpokenResponse(asked, caller, conversations, history))


@in_openai_shape
async def retrieve(request: Request) -> Response:
    """A response that is still kept."""
    caller, conversations = _kept(request)
    return _json(await conversations.response(caller.tenant, request.path_params["response_id"]))


@in_openai_shape
async def delete(request: Request) -> Response:
    """Nobody can go on from it afterwards."""
    caller, conversations = _kept(request)
    return _json(_encode(await conversations.delete(caller.tenant, request.path_params["response_id"])))


@in_openai_shape
async def input_items(request: Request) -> Response:
    """What the response was made from."""
    caller, conversations = _kept(request)
    asked = request.query_params
    found = await conversations.input_items(
        caller.tenant,
        request.path_params["response_id"],
        limit=_limit(asked.get("limit", "20")),
        order=_order(asked.get("order", "desc")),
        after=asked.get("after", ""),
    )
    return _json(_encode(found))


def _kept(request: Request) -> tuple[Caller, Conversations]:
    return authorise(request, Scope.GENERATE), request.app.state.conversations


def _limit(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= MOST_ITEMS):
        raise InvalidResponsesError("limit", f"a number from 1 to {MOST_ITEMS}")
    return int(given)


def _order(given: str) -> Literal["asc", "desc"]:
    if given == "asc":
        return "asc"
    if given == "desc":
        return "desc"
    raise InvalidResponsesError("order", "asc or desc")


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


for path, endpoint, method in (
    ("/v1/responses", create, "POST"),
    ("/v1/responses/{response_id}", retrieve, "GET"),
    ("/v1/responses/{response_id}", delete, "DELETE"),
    ("/v1/responses/{response_id}/input_items", input_items, "GET"),
):
    routes.add_api_route(path, endpoint, methods=[method], openapi_extra=BEARER)
