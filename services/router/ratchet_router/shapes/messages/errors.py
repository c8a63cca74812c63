"""Failures in Anthropic's shape, as its clients read and raise them."""

from typing import Any, Final

import msgspec

from ratchet_router.shapes.shape import Failure
from ratchet_router.shapes.statuses import status_of
from ratchet_router.too_long import CONTEXT_LENGTH_EXCEEDED

TYPES: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
TOO_LONG: Final = "prompt is too long"
OVERLOADED: Final = frozenset({"overloaded_error", "providers-down", "busy"})
_encode = msgspec.json.Encoder().encode


def error_of(failure: Failure) -> tuple[int, bytes]:
    """The status and the body."""
    return status_of(failure.status, failure.code), _encode(error_body(failure))


def error_body(failure: Failure) -> dict[str, Any]:
    details: dict[str, Any] = {"error_code": failure.code} if failure.code else {}
    if failure.param:
        details["param"] = failure.param
    error = {"type": _type(failure), "message": _message(failure), **({"details": details} if details else {})}
    return {"type": "error", "error": error}


def _message(failure: Failure) -> str:
    """What is too long is said in Anthropic's own words first: its clients make room when they read them."""
    if failure.code != CONTEXT_LENGTH_EXCEEDED or TOO_LONG in failure.message:
        return failure.message
    if failure.too_long is None:
        return f"{TOO_LONG}. {failure.message}"
    prompt, answer, window = failure.too_long
    if prompt > window:
        return f"{TOO_LONG}: {prompt} tokens > {window} maximum. {failure.message}"
    return (
        f"input length and `max_tokens` exceed context limit: {prompt} + {answer} > {window}, decrease input length or "
        f"`max_tokens` and try again. {failure.message}"
    )


def _type(failure: Failure) -> str:
    if failure.status == 503 and failure.code in OVERLOADED:
        return "overloaded_error"
    status = status_of(failure.status, failure.code)
    return TYPES.get(status) or ("api_error" if failure.status >= 500 else "invalid_request_error")
