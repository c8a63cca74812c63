"""HTTP in: messages in Anthropic's shape, answered by whatever model suits."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ratchet_common.auth import Caller, Scope, authorise
from ratchet_common.http import Front
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import ModelRequest, TimeLimits
from ratchet_providers.failing import ProviderError
from ratchet_router.answered import Answered
from ratchet_router.api.about import said_of
from ratchet_router.api.anthropic_errors import in_anthropic_shape
from ratchet_router.api.asking import Asked, ask_of
from ratchet_router.api.extras import NOTHING_ASKED, Extras
from ratchet_router.api.speaking import answer_in_shape
from ratchet_router.ask import Ask
from ratchet_router.failures import no_answer
from ratchet_router.names import known_name
from ratchet_router.parts import Parts
from ratchet_router.shapes.messages.count import count_body
from ratchet_router.shapes.messages.frames import MessagesFrames
from ratchet_router.shapes.messages.invalid import invalid
from ratchet_router.shapes.messages.read import CountRequest, read_count, read_messages
from ratchet_router.shapes.messages.whole import message_of, text_message
from ratchet_router.shapes.shape import Frames
from ratchet_router.target import Place

NATIVE: Final = "messages"
COUNT_PATIENCE: Final = TimeLimits(total_s=10.0)
_encode = msgspec.json.Encoder().encode
_extras = msgspec.json.Decoder(Extras | None)


class ErrorPart(BaseModel):
    type: str
    message: str


class AnthropicError(BaseModel):
    type: str
    error: ErrorPart


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": AnthropicError} for status in (400, 401, 402, 403, 404, 409, 413, 429, 502, 503, 504)
}
routes = APIRouter(tags=["anthropic"], responses=ERRORS)


class SpokenMessage:
    def body(self, answered: Answered) -> bytes:
        return message_body(answered)

    def frames(self, who: Answered) -> MessagesFrames:
        return MessagesFrames(message_id=_name(who), model=who.model)

    async def told(self, answered: Answered, whole: bytes | Frames) -> None:
        """Nothing is kept of it."""


@in_anthropic_shape
async def messages(request: Request) -> Response:
    """As Anthropic's. What comes from a model of Anthropic's own passes through untranslated."""
    caller = authorise(request, Scope.GENERATE)
    ask = read_message_ask(await request.body(), caller, request.headers)
    return await answer_in_shape(request, caller, ask, SpokenMessage())


def read_message_ask(body: bytes, caller: Caller, headers: Mapping[str, str]) -> Ask:
    """`headers`: the request's, in lower case. Raises what `read_messages` raises, UnknownTaskError."""
    asked = read_messages(body, headers)
    return ask_of(
        Asked(
            model=asked.model,
            messages=asked.messages,
            extras=_read(asked.extras),
            fields=asked.fields,
            native=asked.native,
            capabilities=asked.capabilities,
            max_output_tokens=asked.max_output_tokens,
            stream=asked.stream,
            user=asked.user,
        ),
        caller,
    )


def message_body(answered: Answered) -> bytes:
    """The body of a whole answer."""
    return _encode({**_body(answered), "ratchet": said_of(answered)})


@in_anthropic_shape
async def count_tokens(request: Request) -> Response:
    """Anthropic's own count for its models; for others an estimate, which says so. Raises UnknownModelError."""
    caller = authorise(request, Scope.GENERATE)
    parts: Parts = request.app.state.parts
    asked, catalogue = read_count(await request.body(), request.headers), parts.catalogue.of(caller.tenant)
    known_name(asked.model, catalogue)
    model = catalogue.models.get(asked.model)
    provider = parts.models.get(asked.model)
    if model is not None and isinstance(provider, Anthropic):
        return _json(await _counted(asked, provider, Place(name=model.name, prices=model.prices), model.upstream_model))
    return _json(count_body(asked.estimated) | {"estimated": True})


async def _counted(asked: CountRequest, provider: Anthropic, place: Place, upstream: str) -> Any:
    """Raises NoAnswerError."""
    request = ModelRequest(
        model=upstream or asked.model,
        task_type="chat",
        messages=[],
        document="",
        native=asked.native,
        limits=COUNT_PATIENCE,
    )
    try:
        return await provider.count_tokens(request)
    except ProviderError as error:
        raise no_answer([(place, error)]) from error


def _read(extras: msgspec.Raw | None) -> Extras:
    if extras is None:
        return NOTHING_ASKED
    try:
        return _extras.decode(extras) or NOTHING_ASKED
    except msgspec.ValidationError as error:
        raise invalid(error, "ratchet") from None


def _body(answered: Answered) -> Any:
    if answered.body is not None and answered.shape == NATIVE:
        return answered.body
    if answered.body is not None:
        return message_of(answered.body, answered.usage, message_id=_name(answered), model=answered.model)
    said, finish = answered.output or "", answered.finish
    return text_message(said, finish, answered.usage, message_id=_name(answered), model=answered.model)


def _name(answered: Answered) -> str:
    return f"msg_{answered.result_id.hex}"


def _json(said: Any) -> Response:
    return Response(_encode(said), media_type="application/json")


front: Front = {("POST", "/v1/messages"): messages}
for path, endpoint in (("/v1/messages", messages), ("/v1/messages/count_tokens", count_tokens)):
    routes.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        openapi_extra={"security": [{"HTTPBearer": []}]},
    )
