"""HTTP in: files for batches, as OpenAI's clients send and fetch them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from ratchet_common.auth import Caller, Scope, authorise
from ratchet_router.api.batch_views import file_view
from ratchet_router.api.openai_errors import documented_errors, in_openai_shape
from ratchet_router.batches.creating import Batches
from ratchet_router.batches.refusals import InvalidBatchError

ERRORS = documented_errors(400, 401, 403, 404, 413, 503)
routes = APIRouter(tags=["openai"], responses=ERRORS)
BEARER: Final[dict[str, Any]] = {"security": [{"HTTPBearer": []}]}
MOST: Final = 10_000
CHUNK: Final = 256 * 1024
_encode = msgspec.json.Encoder().encode


class OpenAIFile(BaseModel):
    id: str
    object: str
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: str


class OpenAIFiles(BaseModel):
    object: str
    data: list[OpenAIFile]
    has_more: bool


class Deleted(BaseModel):
    id: str
    object: str
    deleted: bool


def asked(request: Request) -> tuple[Batches, Caller]:
    """Raises NoTokenError, ScopeMissingError."""
    return request.app.state.batches, authorise(request, Scope.GENERATE)


def in_json(body: object) -> Response:
    return Response(_encode(body), media_type="application/json")


def limit_of(request: Request, *, usual: int, most: int) -> int:
    """Raises InvalidBatchError."""
    given = request.query_params.get("limit", str(usual))
    if not (given.isascii() and given.isdigit() and len(given) < 8 and 1 <= int(given) <= most):
        raise InvalidBatchError("limit", f"it must be a number from 1 to {most}")
    return int(given)


@in_openai_shape
async def upload(request: Request) -> Response:
    """Of purpose `batch` alone: one request a line, as OpenAI's batches have them."""
    batches, caller = asked(request)
    async with _uploaded(request) as file:
        name = (file.filename or "batch.jsonl")[:200]
        kept = await batches.keep(caller, name, _content(file), datetime.now(UTC))
    return in_json(file_view(kept))


async def _content(file: UploadFile) -> AsyncGenerator[bytes, None]:
    while came := await file.read(CHUNK):
        yield came


@asynccontextmanager
async def _uploaded(request: Request) -> AsyncIterator[UploadFile]:
    """What does not fit into a little memory lies on disk meanwhile. Raises InvalidBatchError."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidBatchError("file", "send the file as multipart/form-data")
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            if form.get("purpose") != "batch":
                raise InvalidBatchError("purpose", "it must be batch: files are kept for batches alone")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise InvalidBatchError("file", "it is missing")
            yield file
    except HTTPException as error:
        if error.status_code == 413:
            raise
        raise InvalidBatchError("file", "the form cannot be read") from None


@in_openai_shape
async def list_files(request: Request) -> Response:
    """Newest first."""
    batches, caller = asked(request)
    limit, query = limit_of(request, usual=MOST, most=MOST), request.query_params
    found = await batches.files(caller.tenant, purpose=query.get("purpose"), after=query.get("after"), limit=limit + 1)
    data = [file_view(file) for file in found[:limit]]
    return in_json({"object": "list", "data": data, "has_more": len(found) > limit, **ends(data)})


def ends(data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None}


@in_openai_shape
async def get_file(request: Request) -> Response:
    """What is known of a file."""
    batches, caller = asked(request)
    return in_json(file_view(await batches.file(caller.tenant, request.path_params["file_id"])))


@in_openai_shape
async def file_content(request: Request) -> Response:
    """The file itself: as it came, or the results of a batch, one a line in the order of its input."""
    batches, caller = asked(request)
    content = await batches.content(caller.tenant, request.path_params["file_id"])
    return StreamingResponse(content, media_type="application/octet-stream")


@in_openai_shape
async def delete_file(request: Request) -> Response:
    """A batch that has begun goes on without its input file; its results stay under /api/batches."""
    batches, caller = asked(request)
    file_id = request.path_params["file_id"]
    await batches.delete(caller.tenant, file_id)
    return in_json({"id": file_id, "object": "file", "deleted": True})


UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {"type": "string", "enum": ["batch"]},
                    },
                }
            }
        },
    }
}


def parameter(name: str, where: str = "path", kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": {"type": kind}}


def _route(path: str, endpoint: Any, method: str, model: Any, *parameters: dict[str, Any], **extra: Any) -> None:
    more = {**BEARER, **extra, **({"parameters": list(parameters)} if parameters else {})}
    answers: dict[int | str, dict[str, Any]] = {200: {"model": model} if model else {}}
    routes.add_api_route(path, endpoint, methods=[method], responses=answers, openapi_extra=more)


_route("/v1/files", upload, "POST", OpenAIFile, **UPLOAD)
_route("/v1/files", list_files, "GET", OpenAIFiles, parameter("purpose", "query"), parameter("after", "query"))
_route("/v1/files/{file_id}", get_file, "GET", OpenAIFile, parameter("file_id"))
_route("/v1/files/{file_id}/content", file_content, "GET", None, parameter("file_id"))
_route("/v1/files/{file_id}", delete_file, "DELETE", Deleted, parameter("file_id"))
