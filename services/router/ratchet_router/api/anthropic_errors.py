"""Errors in Anthropic's shape, for the paths that Anthropic's clients use."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ratchet_common.errors import RefusedError, RetryLaterError, UnavailableError
from ratchet_common.problems import Trouble
from ratchet_router.api.faults import fault
from ratchet_router.api.openai_errors import TOO_LARGE, Handler
from ratchet_router.shapes.messages.errors import error_of
from ratchet_router.shapes.shape import Failure
from ratchet_router.stream import failure_of


def in_anthropic_shape(handler: Handler) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except RefusedError as error:
            return _said(failure_of(error), error.headers)
        except RetryLaterError:
            away = UnavailableError("Something that the answer needs is away: try again in a moment.")
            return _said(failure_of(away), away.headers)
        except HTTPException as error:
            code = TOO_LARGE if error.status_code == 413 else "refused"
            return _said(Failure(error.status_code, code, str(error.detail)), {})
        except ClientDisconnect:
            raise  # nobody hears it
        except Exception as error:  # noqa: BLE001  the edge of a request in this shape
            return _said(failure_of(fault(request, error)), {})

    handled.__name__, handled.__doc__ = handler.__name__, handler.__doc__
    return handled


def as_anthropics(trouble: Trouble) -> Response:
    return _said(Failure(trouble.status, trouble.kind, trouble.detail), trouble.headers)


def _said(failure: Failure, headers: Mapping[str, str]) -> Response:
    status, body = error_of(failure)
    return Response(body, status, media_type="application/json", headers=dict(headers))
