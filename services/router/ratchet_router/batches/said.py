"""One request's line of a batch's output or error file, in OpenAI's shape. Pure."""

from typing import Any, Final

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_router.batches.batch import Item
from ratchet_router.batches.lines import LineError
from ratchet_router.shapes.statuses import status_of

EXPIRED: Final = LineError(code="batch_expired", message="This request could not be executed before the batch expired.")
ERASED: Final = LineError(
    code="erased", message="The user of this request asked to be forgotten, and it went with him."
)
CANCELLED: Final = LineError(code="batch_cancelled", message="This request was not executed: the batch was cancelled.")
_encode = msgspec.json.Encoder().encode


def answered_line(item: Item, request_id: str, body: bytes) -> bytes:
    return _line(item, {"status_code": 200, "request_id": request_id, "body": msgspec.Raw(body)}, None)


def refused_line(item: Item, error: RefusedError) -> bytes:
    """What its caller would have been told, had he asked by itself."""
    said = {
        "message": error.detail,
        "type": "server_error" if error.status >= 500 else "invalid_request_error",
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", "") or CODES.get(error.type, error.type),
    }
    return _line(
        item, {"status_code": status_of(error.status, error.type), "request_id": "", "body": {"error": said}}, None
    )


def failed_line(item: Item, error: LineError) -> bytes:
    return _line(item, None, {"code": error.code, "message": error.message, "param": error.param, "line": item.line})


CODES: Final = {"unknown-model": "model_not_found"}


def _line(item: Item, response: dict[str, Any] | None, error: dict[str, Any] | None) -> bytes:
    said = {"id": f"batch_req_{item.key}", "custom_id": item.custom_id or None, "response": response, "error": error}
    return _encode(said)
