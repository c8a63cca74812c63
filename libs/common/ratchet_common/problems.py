"""Errors over HTTP: what went wrong, and RFC 9457 problem details to say it, unless a path has a way of its own."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import Scope

from ratchet_common import json_bodies
from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError, message_of

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
SHOWN_ERRORS = 20
UNREADABLE_BODY = "There was an error parsing the body"  # FastAPI's words
NO_JSON = f"body: {json_bodies.NO_JSON}"
NO_JSON_FIELD = {"field": "body", "message": json_bodies.NO_JSON}
RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}
NOBODYS: Final = {  # what Starlette says with a status's bare name
    404: "There is nothing at this path.",
    405: "This path does not take this method; the header Allow names those that it takes.",
}


class Problem(BaseModel):
    """RFC 9457. `type` is stable: programs may branch on it."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a request, before it is put into an API's own words. `detail` is a sentence."""

    status: int
    kind: str
    title: str
    detail: str
    extra: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Render = Callable[[Scope, Trouble], Response]  # the request's scope: an API is known by its path


def as_problem(_: Scope, trouble: Trouble) -> Response:
    said = {"title": trouble.title, "status": trouble.status, "detail": trouble.detail, **trouble.extra}
    body = {"type": f"urn:ratchet:problem:{trouble.kind}", **said}
    return JSONResponse(body, trouble.status, headers=dict(trouble.headers), media_type=MEDIA_TYPE)


def invalid(errors: list[dict[str, Any]], body: object = None) -> Trouble:
    """Names each field that is wrong, as it stands in `body`. Never what was in it: that may be private."""
    messages: dict[str, list[str]] = {}
    for error in errors[:SHOWN_ERRORS]:
        said = messages.setdefault(_field(error, body), [])
        if (message := message_of(error)) not in said:
            said.append(message)
    fields = [
        {"field": field, "message": ", or ".join(said)}
        for field, said in messages.items()
        if not any(
            other.startswith(f"{field}.") for other in messages
        )  # of forms that were tried, the one that came far
    ]
    detail = "; ".join(f"{f['field']}: {f['message']}" for f in fields)
    return _invalid(detail, fields)


def _invalid(detail: str, fields: list[dict[str, str]]) -> Trouble:
    return Trouble(422, "invalid", "A field of the request is wrong", detail, {"errors": fields})


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


def of_error(error: Exception) -> Trouble:
    """Of those that `install` hears of."""
    if isinstance(error, RefusedError):
        return Trouble(error.status, error.type, error.title, error.detail, error.extra, error.headers)
    if isinstance(error, RequestValidationError):
        return invalid(list(error.errors()), error.body)
    if isinstance(error, HTTPException):
        return _of_http(error)
    log.warning("A request waits for something that is away: %s", error)
    title = "Something that the answer needs is away"
    return Trouble(503, "unavailable", title, "Try again in a moment.", headers={"Retry-After": "2"})


def _of_http(error: HTTPException) -> Trouble:
    if error.status_code == 400 and str(error.detail) == UNREADABLE_BODY:
        return _invalid(NO_JSON, [NO_JSON_FIELD])
    title, detail = phrase(error.status_code), str(error.detail)
    if detail == title:
        detail = NOBODYS.get(error.status_code, detail)
    return Trouble(error.status_code, title.lower().replace(" ", "-"), title, detail, headers=error.headers or {})


def failed(method: str, route: str, error: Exception) -> Trouble:
    """For what nobody foresaw. Its text stays out of the answer and of the log: it may quote what people wrote. So does
    the path: that of a link is whose it is, and the permission to speak for him."""
    log.error("%s %s failed: %s", method, route, described(error))
    return Trouble(500, "internal", "The service failed", "This is a fault of the service; it has been logged.")


def install(app: FastAPI, render: Render) -> None:
    async def on_error(request: Request, error: Exception) -> Response:
        return render(request.scope, of_error(error))

    for kind in (RefusedError, RequestValidationError, RetryLaterError, HTTPException):
        app.add_exception_handler(kind, on_error)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: which problems it may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": phrase(s), "content": content} for s in statuses}


def phrase(status: int) -> str:
    """RFC 9110's name of a status; older Pythons have older ones, and a problem's type must not depend on that."""
    return RENAMED.get(status) or HTTPStatus(status).phrase
