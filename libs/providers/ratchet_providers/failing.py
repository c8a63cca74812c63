"""The ways in which a model gives no answer, told apart by what helps."""

from collections.abc import Mapping
from typing import Final, Literal, Self

import msgspec

from ratchet_common.events import Usage

ErrorKind = Literal[
    "unreachable",  # no connection
    "timeout",  # no head, no first token, no next one, or no end, in time
    "rate_limited",
    "quota",  # the account has nothing left: waiting does not help
    "overloaded",
    "busy",  # our own cap of calls at once
    "unavailable",
    "cut",  # the answer broke off
    "malformed",  # what came is no answer of the provider's shape
    "misspoken",  # the model made no answer of this request, such as a call of a tool that is none
    "too_large",  # the answer has more bytes than are taken here
    "unauthorized",  # our key is wrong, or may not use this model
    "no_such_model",  # at the provider
    "too_long",  # for this model's window
    "filtered",  # a filter of the provider withheld the answer
    "bad_request",
    "unsuited",  # the request asks for what this provider has no place for: it was never asked
    "unsure",  # it has an answer, and is not sure enough of it to give it where others can be asked
    "unforeseen",  # a fault of ours in speaking with the provider
]
FINAL: Final[frozenset[ErrorKind]] = frozenset({"filtered", "bad_request"})  # nobody else shall be asked
THE_REQUESTS_FAULT: Final[frozenset[ErrorKind]] = frozenset({"too_long", "filtered", "bad_request", "unsuited"})
OF_STATUS: Final[Mapping[int, ErrorKind]] = {
    400: "bad_request",
    401: "unauthorized",
    402: "quota",
    403: "unauthorized",
    404: "no_such_model",
    408: "timeout",
    409: "unavailable",
    413: "too_long",
    415: "bad_request",
    422: "bad_request",
    424: "bad_request",  # what the request refers to has failed, such as a server of its tools
    429: "rate_limited",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}


class Said(msgspec.Struct, frozen=True):
    """What the provider said of it. It may quote what people wrote: for the caller alone, never for logs or events."""

    message: str
    type: str = ""
    code: str = ""
    param: str = ""


class ProviderError(Exception):
    """A model gave no answer. `detail` is ours, and may be logged; `said` is the provider's.

    `retry_after_s`: before that the provider wants to hear nothing. `status`: its HTTP status, 0 where there was none.
    `usage`: what it has counted all the same.
    """

    usage: Usage | None = None

    def __init__(
        self,
        kind: ErrorKind,
        detail: str = "",
        *,
        status: int = 0,
        retry_after_s: float | None = None,
        said: Said | None = None,
    ) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail, self.status, self.retry_after_s, self.said = kind, detail, status, retry_after_s, said

    def having_used(self, usage: Usage | None) -> Self:
        self.usage = usage
        return self

    @property
    def retryable(self) -> bool:
        """Another model may answer; else the request itself is at fault."""
        return self.kind not in THE_REQUESTS_FAULT
