"""A request in Anthropic's shape that is none: which field is wrong, and never what is in it."""

import re
from typing import Final

import msgspec

from ratchet_common.errors import RefusedError

WHERE: Final = re.compile(r" - at `\$\.?([^`]*)`$")
MISSING: Final = re.compile(r"Object missing required field `(.*)`")


class InvalidMessagesError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", errors=[{"field": field, "message": message}])
        self.param = field


def invalid(error: msgspec.ValidationError, within: str = "") -> InvalidMessagesError:
    """`within`: where in the request that which was read stands."""
    said = str(error)
    where = WHERE.search(said)
    message = WHERE.sub("", said)
    missing = MISSING.fullmatch(message)
    if missing:
        message = "it is missing"
    elif message.startswith("Invalid enum value"):
        message = "it is none of the values that are known"
    path = within
    for part in (where[1] if where else "", missing[1] if missing else ""):
        path += ("." if path and part and not part.startswith("[") else "") + part
    return InvalidMessagesError(path or "body", message[:200])
