"""Errors over HTTP: RFC 9457 problem details, rendered here and nowhere else."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
SHOWN_ERRORS = 20
UNREADABLE_BODY = "There was an error parsing the body"  # FastAPI's words
NO_JSON = "body: it is not JSON in UTF-8, or nested too deeply"
NO_JSON_FIELD = {"field": "body", "message": "it is not JSON in UTF-8, or nested too deeply"}
RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


class Problem(BaseModel):
    """RFC 9457. `type` is stable: programs may branch on it."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


def problem(status: int, kind: str, title: str, detail: str, **extra: object) -> JSONResponse:
    body = {"type": f"urn:ratchet:problem:{kind}", "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


def refused(error: RefusedError) -> JSONResponse:
    response = problem(error.status, error.type, error.title, error.detail, **error.extra)
    response.headers.update(error.headers)
    return response


def invalid(errors: list[dict[str, Any]], body: object = None) -> JSONResponse:
    """Names each field that is wrong, as it stands in `body`. Never what was in it: that may be private."""
    messages: dict[str, list[str]] = {}
    for error in errors[:SHOWN_ERRORS]:
        said = messages.setdefault(_field(error, body), [])
        if error["msg"] not in said:
            said.append(error["msg"])
    fields = [
        {"field": field, "message": ", or ".join(said)}
        for field, said in messages.items()
        if not any(
            other.startswith(f"{field}.") for other in messages
        )  # of forms that were tried, the one that came far
    ]
    detail = "; ".join(f"{f['field']}: {f['message']}" for f in fields)
    return problem(422, "invalid", "A field of the request is wrong", detail, errors=fields)


def _field(error: dict[str, Any], body: object) -> str:
    location: tuple[str | int, ...] = error["loc"]
    if error["type"] == "json_invalid":  # its place is a number of bytes
        return "body"
    if location[:1] == ("body",):
        inside = _in_body(location[1:], body, missing=error["type"] == "missing")
    else:
        inside = list(location[1:] if location[:1] in [("query",), ("path",), ("header",)] else location)
    return ".".join(str(part)[:100] for part in inside) or "body"


def _in_body(location: Sequence[str | int], body: object, *, missing: bool) -> list[str | int]:
    """Without the names of the types that were tried: they are parts of no request."""
    found: list[str | int] = []
    for number, part in enumerate(location):
        if (isinstance(body, dict) and part in body) or (isinstance(body, list) and isinstance(part, int)):
            body = body[part] if isinstance(body, dict) or part < len(body) else None  # type: ignore[operator,index]
            found.append(part)
        elif missing and number == len(location) - 1:
            found.append(part)
    return found


async def _on_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101  what it is registered for
    return refused(error)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return invalid(list(error.errors()), error.body)


async def _on_away(_: Request, error: Exception) -> Response:
    log.warning("A request waits for something that is away: %s", error)
    response = problem(503, "unavailable", "Something that the answer needs is away", "Try again in a moment.")
    response.headers["Retry-After"] = "2"
    return response


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 400 and str(error.detail) == UNREADABLE_BODY:
        return problem(422, "invalid", "A field of the request is wrong", NO_JSON, errors=[NO_JSON_FIELD])
    title = phrase(error.status_code)
    response = problem(error.status_code, title.lower().replace(" ", "-"), title, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def failed(method: str, path: str, error: Exception) -> JSONResponse:
    """For what nobody foresaw. Its text stays out of the answer and of the log: it may quote what people wrote."""
    log.error("%s %s failed: %s", method, path, described(error))
    return problem(500, "internal", "The service failed", "This is a fault of the service; it has been logged.")


def install(app: FastAPI) -> None:
    app.add_exception_handler(RefusedError, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(RetryLaterError, _on_away)
    app.add_exception_handler(HTTPException, _on_http)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: which problems it may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": phrase(s), "content": content} for s in statuses}


def phrase(status: int) -> str:
    """RFC 9110's name of a status; older Pythons have older ones, and a problem's type must not depend on that."""
    return RENAMED.get(status) or HTTPStatus(status).phrase
