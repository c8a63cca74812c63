"""Errors in OpenAI's shape, for the paths that OpenAI's clients use."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ratchet_common.errors import RefusedError, RetryLaterError, UnavailableError
from ratchet_common.problems import Trouble
from ratchet_router.api.faults import fault
from ratchet_router.shapes.statuses import status_of

KINDS: Final = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
SERVER: Final = "server_error"
TOO_LARGE: Final = "content-too-large"
CODES: Final = {"unknown-model": "model_not_found"}  # where OpenAI's own name is known to its clients
PARAMS: Final = {"unknown-model": "model", "other-task": "model"}

Handler = Callable[[Request], Awaitable[Response]]


class OpenAIErrorPart(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIError(BaseModel):
    error: OpenAIErrorPart


def documented_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`."""
    return {status: {"model": OpenAIError} for status in (*statuses, 413)}


def in_openai_shape(handler: Handler) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except RefusedError as error:
            return _refused(error)
        except RetryLaterError:
            return _refused(UnavailableError("Something that the answer needs is away: try again in a moment."))
        except HTTPException as error:
            return _body(error.status_code, str(error.detail), TOO_LARGE if error.status_code == 413 else None)
        except ClientDisconnect:
            raise  # nobody hears it
        except Exception as error:  # noqa: BLE001  the edge of a request in this shape
            return _refused(fault(request, error))

    handled.__name__, handled.__doc__ = handler.__name__, handler.__doc__
    return handled


def as_openais(trouble: Trouble) -> Response:
    response = _body(status_of(trouble.status, trouble.kind), trouble.detail, trouble.kind)
    response.headers.update(trouble.headers)
    return response


def _refused(error: RefusedError) -> Response:
    param = getattr(error, "param", None) or PARAMS.get(error.type)
    code = getattr(error, "code", "") or CODES.get(error.type, error.type)
    response = _body(status_of(error.status, error.type), error.detail, code, param)
    response.headers.update(error.headers)
    return response


def _body(status: int, message: str, code: str | None, param: str | None = None) -> Response:
    kind = SERVER if status >= 500 else KINDS.get(status, "invalid_request_error")
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return Response(msgspec.json.encode(body), status, media_type="application/json")
