"""HTTP in: batches as OpenAI's clients make and watch them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from ratchet_common.json_bodies import NotJsonError, read_json
from ratchet_router.api.batch_views import batch_view
from ratchet_router.api.chat_body import InvalidChatError, invalid
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.api.openai_files import BEARER, asked, ends, in_json, limit_of, parameter
from ratchet_router.api.schema import inlined
from ratchet_router.batches.creating import WINDOW, Wanted
from ratchet_router.once import once

ERRORS = documented_errors(400, 401, 403, 404, 503)
routes = APIRouter(tags=["openai"], responses=ERRORS)
MOST: Final = 100
USUAL: Final = 20
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class NewBatch(msgspec.Struct, frozen=True):
    """As OpenAI's; unknown fields are passed over."""

    input_file_id: Text
    endpoint: Text
    completion_window: Text = WINDOW
    metadata: dict[Annotated[str, msgspec.Meta(max_length=64)], Text] | None = None


class OpenAIBatch(BaseModel):
    """As OpenAI's; `ratchet` says at which price, what it cost so far, and which models answer."""

    model_config = ConfigDict(extra="allow")

    id: str
    object: str
    endpoint: str
    input_file_id: str
    status: str
    output_file_id: str | None
    error_file_id: str | None
    ratchet: dict[str, Any]


class OpenAIBatchList(BaseModel):
    object: str
    data: list[OpenAIBatch]
    has_more: bool


_new = msgspec.json.Decoder(NewBatch)


@in_openai_shape
async def create_batch(request: Request) -> Response:
    """Its requests are asked within a day, at the price of the provider's batch API where it has one."""
    batches, caller = asked(request)
    try:
        body = read_json(await request.body(), _new.decode)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except NotJsonError as error:
        raise InvalidChatError("body", str(error)) from None
    key = once(request.headers, caller.tenant, request.scope["path"], await request.body())
    wanted = Wanted(body.input_file_id, body.endpoint, body.completion_window, body.metadata or {}, once=key)
    batch = await batches.create(wanted, caller, datetime.now(UTC))
    request.app.state.poke_batches()
    return in_json(batch_view(batch, await batches.counts(batch)))


@in_openai_shape
async def list_batches(request: Request) -> Response:
    """Newest first."""
    batches, caller = asked(request)
    limit = limit_of(request, usual=USUAL, most=MOST)
    found = await batches.listed(caller.tenant, after=request.query_params.get("after"), limit=limit + 1)
    data = [batch_view(batch, await batches.counts(batch)) for batch in found[:limit]]
    return in_json({"object": "list", "data": data, "has_more": len(found) > limit, **ends(data)})


@in_openai_shape
async def get_batch(request: Request) -> Response:
    """How far it is."""
    batches, caller = asked(request)
    batch = await batches.get(caller.tenant, request.path_params["batch_id"])
    return in_json(batch_view(batch, await batches.counts(batch)))


@in_openai_shape
async def cancel_batch(request: Request) -> Response:
    """What is answered already stays, and is paid for."""
    batches, caller = asked(request)
    batch = await batches.cancel(caller.tenant, request.path_params["batch_id"], datetime.now(UTC))
    request.app.state.poke_batches()
    return in_json(batch_view(batch, await batches.counts(batch)))


def _route(path: str, endpoint: Any, method: str, model: Any, *parameters: dict[str, Any], **extra: Any) -> None:
    more = {**BEARER, **extra, **({"parameters": list(parameters)} if parameters else {})}
    routes.add_api_route(path, endpoint, methods=[method], responses={200: {"model": model}}, openapi_extra=more)


BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": inlined(NewBatch)}}}}
_route("/v1/batches", create_batch, "POST", OpenAIBatch, **BODY)
_route("/v1/batches", list_batches, "GET", OpenAIBatchList, parameter("after", "query"))
_route("/v1/batches/{batch_id}", get_batch, "GET", OpenAIBatch, parameter("batch_id"))
_route("/v1/batches/{batch_id}/cancel", cancel_batch, "POST", OpenAIBatch, parameter("batch_id"))
