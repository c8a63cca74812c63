"""What is wrong with a request to /v1/responses. Each names the field, never what was in it: that may be private."""

import re
from typing import Final, NamedTuple

import msgspec

from ratchet_common.errors import NotFoundError, RefusedError

WHERE: Final = re.compile(r" - at `\$(?:\.|)([^`]*)`$")
MISSING: Final = re.compile(r"Object missing required field `(.*)`")
QUOTES: Final = ("Invalid enum value", "Invalid value")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")


class InvalidResponsesError(RefusedError):
    """`param` is the field, as OpenAI's errors call it."""

    status = 400
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", errors=[{"field": field, "message": message}])
        self.param = field


class OnlyResponsesError(InvalidResponsesError):
    """What is asked for lies beyond chat, and the model does not speak /v1/responses itself."""

    type = "only-responses"
    title = "The model cannot do what the request asks for"


class PreviousResponseNotFoundError(InvalidResponsesError):
    type = "previous-response-not-found"
    title = "The response to go on from is not kept"
    code = "previous_response_not_found"  # OpenAI's own, which clients know


class ResponseNotFoundError(NotFoundError):
    type = "response-not-found"
    title = "The response is not kept"


class Beyond(NamedTuple):
    """Something of a request that chat has no words for: the field, and a sentence that names the thing."""

    field: str
    message: str


def named(kind: object) -> str:
    """A type as the caller named it, where that is a name and no text."""
    return kind if isinstance(kind, str) and NAME.fullmatch(kind) else "a type that is not known here"


def invalid(error: msgspec.ValidationError, at: str = "") -> InvalidResponsesError:
    """`at`: where in the body that lies which was read."""
    said = str(error)
    where = WHERE.search(said)
    message = WHERE.sub("", said)
    missing = MISSING.fullmatch(message)
    path = at
    for part in (where[1] if where else "", missing[1] if missing else ""):
        path += f".{part}" if path and part and not part.startswith("[") else part
    if message.startswith(QUOTES):
        message = "it is none of the values that are known"
    return InvalidResponsesError(path or "body", message[:200])
