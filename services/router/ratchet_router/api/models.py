"""HTTP in: what `model` may be, in OpenAI's shape, and in Anthropic's for its clients."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from ratchet_common.auth import Scope, authorise
from ratchet_common.vocabulary import TaskType
from ratchet_router.api.anthropic_errors import in_anthropic_shape
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.names import ALIASES, OF_TASK
from ratchet_router.parts import Parts
from ratchet_router.routing import UnknownModelError

ERRORS = documented_errors(400, 401, 403, 404, 503)
routes = APIRouter(tags=["openai"], responses=ERRORS)
BEARER: dict[str, Any] = {"security": [{"HTTPBearer": []}]}
EPOCH: Final = "1970-01-01T00:00:00Z"  # nobody knows when: Anthropic's clients want a time
_encode = msgspec.json.Encoder().encode


class ListedModel(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str


class ModelList(BaseModel):
    model_config = ConfigDict(extra="allow")

    data: list[ListedModel]


async def models(request: Request) -> Response:
    """The tenant's models, the tiers, the tasks. Who sends `anthropic-version` is answered in Anthropic's shape."""
    return await (_for_anthropics(request) if _is_anthropics(request) else _for_openais(request))


async def model(request: Request) -> Response:
    """One of them."""
    return await (_one_for_anthropics(request) if _is_anthropics(request) else _one_for_openais(request))


def _is_anthropics(request: Request) -> bool:
    return "anthropic-version" in request.headers


@in_openai_shape
async def _for_openais(request: Request) -> Response:
    return _json({"object": "list", "data": [_openais(name) for name in _names(request)]})


@in_openai_shape
async def _one_for_openais(request: Request) -> Response:
    return _json(_openais(_named(request)))


@in_anthropic_shape
async def _for_anthropics(request: Request) -> Response:
    listed = [_anthropics(name) for name in _names(request)]
    return _json({"data": listed, "has_more": False, "first_id": listed[0]["id"], "last_id": listed[-1]["id"]})


@in_anthropic_shape
async def _one_for_anthropics(request: Request) -> Response:
    return _json(_anthropics(_named(request)))


def _names(request: Request) -> list[str]:
    tenant = authorise(request, Scope.GENERATE).tenant
    parts: Parts = request.app.state.parts
    known = parts.catalogue.of(tenant)
    return [*known.models, *known.embedding_models, *ALIASES, *(f"{OF_TASK}{task}" for task in TaskType)]


def _named(request: Request) -> str:
    """Raises UnknownModelError."""
    known, asked = _names(request), request.path_params["name"]
    if asked not in known:
        raise UnknownModelError(f"There is no such model; known are {', '.join(known)}.", known=known)
    return str(asked)


def _openais(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "ratchet"}


def _anthropics(name: str) -> dict[str, Any]:
    return {"type": "model", "id": name, "display_name": name, "created_at": EPOCH}


def _json(said: Any) -> Response:
    return Response(_encode(said), media_type="application/json")


routes.add_api_route("/v1/models", models, methods=["GET"], responses={200: {"model": ModelList}}, openapi_extra=BEARER)
routes.add_api_route(
    "/v1/models/{name:path}",
    model,
    methods=["GET"],
    responses={200: {"model": ListedModel}},
    openapi_extra=BEARER,
)
