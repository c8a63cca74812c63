"""HTTP in: embeddings in OpenAI's shape."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta

from ratchet_common.auth import Caller, Scope, authorise
from ratchet_common.json_bodies import NotJsonError, read_json
from ratchet_providers.embedding import EncodingFormat
from ratchet_router.api.chat_body import InvalidChatError, invalid
from ratchet_router.api.extras import NOTHING_ASKED, Extras
from ratchet_router.api.hanging_up import Callers, hung_up
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.api.schema import inlined
from ratchet_router.api.views import usd
from ratchet_router.cache_control import cache_control
from ratchet_router.embedded import EmbedAsk, Embedded
from ratchet_router.once import embed_once, once
from ratchet_router.parts import Parts

ERRORS = documented_errors(400, 401, 402, 403, 404, 409, 429, 502, 503, 504)
routes = APIRouter(tags=["openai"], responses=ERRORS)
MOST_INPUTS: Final = 2_048
EXAMPLE = {"model": "simulated-embedding", "input": ["What is a canary release?"]}
Text = Annotated[str, Meta(min_length=1)]
Token = Annotated[int, Meta(ge=0)]
Some = Meta(min_length=1, max_length=MOST_INPUTS)
_encode = msgspec.json.Encoder().encode


class EmbeddingsBody(msgspec.Struct, frozen=True):
    """As OpenAI's. Fields that are not named here pass through to the provider."""

    model: Annotated[str, Meta(min_length=1, max_length=120)]
    input: Text | Annotated[list[Text | list[Token] | Token], Some]
    dimensions: Annotated[int, Meta(ge=1, le=65_536)] | None = None
    encoding_format: EncodingFormat | None = None
    user: Annotated[str, Meta(max_length=200)] | None = None
    ratchet: Extras | None = None


_body = msgspec.json.Decoder(EmbeddingsBody)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


@in_openai_shape
async def embeddings(request: Request) -> Response:
    """As OpenAI's, by the embedding model that is named: no other stands in for it."""
    caller = authorise(request, Scope.GENERATE)
    parts: Parts = request.app.state.parts
    callers: Callers = request.app.state.callers
    body = await request.body()
    ask = cache_control(request.headers.get("cache-control", "")).over(read_embeddings(body, caller))
    wanted = once(request.headers, caller.tenant, request.scope["path"], body)
    with callers.watching(request):
        made = await embed_once(ask, wanted, parts, partial(hung_up, request))
    return Response(embeddings_body(made), headers=_headers(made), media_type="application/json")


def read_embeddings(body: bytes, caller: Caller) -> EmbedAsk:
    """Raises InvalidChatError."""
    asked, fields = _decoded(body)
    extras = asked.ratchet or NOTHING_ASKED
    return EmbedAsk(
        tenant=caller.tenant,
        key=caller.sha256,
        key_limits=caller.limits,
        model=asked.model,
        inputs=_inputs(asked.input),
        fields={name: value for name, value in fields.items() if name != "ratchet"},
        dimensions=asked.dimensions,
        encoding_format=asked.encoding_format or "float",
        user=extras.user_id or asked.user or None,
        session=extras.session_id,
        tags=tuple(dict.fromkeys(extras.tags or ())),
        cache=extras.cache or "use",
        limits=extras.limits,
        deadline_s=None if extras.deadline_ms is None else extras.deadline_ms / 1000,
    )


def _decoded(body: bytes) -> tuple[EmbeddingsBody, Mapping[str, msgspec.Raw]]:
    try:
        return read_json(body, _read)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except NotJsonError as error:
        raise InvalidChatError("body", str(error)) from None


def _read(body: bytes) -> tuple[EmbeddingsBody, Mapping[str, msgspec.Raw]]:
    body.decode()  # what passes through unread must be text as well
    return _body.decode(body), _fields.decode(body)


def _inputs(given: Any) -> list[Any]:
    """One text, several, one list of tokens, or several: always several."""
    if isinstance(given, str):
        return [given]
    kinds = {type(one) for one in given}
    if len(kinds) > 1:
        raise InvalidChatError("input", "it mixes texts and tokens: send one kind")
    if any(not one for one in given if isinstance(one, list)):
        raise InvalidChatError("input", "a list of tokens in it is empty")
    return [given] if kinds == {int} else list(given)


def embeddings_body(made: Embedded) -> bytes:
    """The body of an answer."""
    cached = made.cached_from is not None
    about = {
        "result_id": made.result_id,
        "model": made.model,
        "cached": cached,
        "age_s": made.age_s,
        "usage": made.usage,
        "cost_usd": usd(made.cost_usd),
        "simulated": made.simulated,
        "recorded": made.recorded,
        "replayed": made.replayed,
    }
    return _encode({**made.body, "ratchet": about})


def _headers(made: Embedded) -> dict[str, str]:
    found = {
        "x-ratchet-result-id": str(made.result_id),
        "x-ratchet-model": made.model,
        "x-ratchet-cached": "true" if made.cached_from is not None else "false",
        "x-ratchet-cost-usd": f"{made.cost_usd:.6f}",
        "x-ratchet-simulated": "true" if made.simulated else "false",
        **(made.rate_headers or {}),
    }
    if made.cached_from is not None:
        found["age"] = str(made.age_s)
    if made.replayed:
        found["x-ratchet-replayed"] = "true"
    return found if made.recorded else found | {"x-ratchet-recorded": "false"}


routes.add_api_route(
    "/v1/embeddings",
    embeddings,
    methods=["POST"],
    openapi_extra={
        "security": [{"HTTPBearer": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inlined(EmbeddingsBody), "example": EXAMPLE}},
        },
    },
)
