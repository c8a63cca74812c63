"""The two ways to fail, told apart so that each gets what helps."""

from collections.abc import Mapping
from typing import Any, ClassVar


class RetryLaterError(Exception):
    """The world is not ready (store away, leader moving): the same thing may pass in a moment."""


class RefusedError(Exception):
    """The request or event is wrong in itself: it will not get better. Carries its HTTP status and a stable type.

    `detail` goes to the caller as it stands: a sentence, without private text.
    """

    status: ClassVar[int] = 422
    type: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra  # further members of the problem document, such as the field or the known names
        self.headers: dict[str, str] = {}


class NotFoundError(RefusedError):
    status = 404
    type = "not-found"
    title = "There is no such thing"


class UnavailableError(RefusedError):
    """Nothing is wrong with the request: what it needs is away. Says when to come again."""

    status = 503
    type = "unavailable"
    title = "Something that the answer needs is away"

    def __init__(self, detail: str, *, retry_after_s: int = 2, **extra: object) -> None:
        super().__init__(detail, **extra)
        self.headers = {"Retry-After": str(retry_after_s)}


class TooLargeForTheBusError(RetryLaterError):
    """The broker takes no event of that size: not now, and not until somebody raises its limit."""


class CannotStartError(Exception):
    """Stops a start. The sentence names the thing and says what to do; it is shown without a traceback."""


def message_of(error: Mapping[str, Any]) -> str:
    """Of one of Pydantic's errors: what our own checks say stands by itself."""
    message = str(error["msg"])
    return message.removeprefix("Value error, ") if error["type"] == "value_error" else message
