"""An error of Anthropic's that came where an answer was to be."""

from collections.abc import Mapping
from typing import Final

from ratchet_providers.error_words import kind_of
from ratchet_providers.failing import ErrorKind, ProviderError
from ratchet_providers.http_failures import said_in

KINDS: Final[Mapping[str, ErrorKind]] = {
    "invalid_request_error": "bad_request",
    "authentication_error": "unauthorized",
    "permission_error": "unauthorized",
    "billing_error": "quota",
    "not_found_error": "no_such_model",
    "request_too_large": "too_long",
    "rate_limit_error": "rate_limited",
    "timeout_error": "timeout",
    "overloaded_error": "overloaded",
}


def failure_in(data: bytes) -> ProviderError:
    said = said_in(data)
    by_type = KINDS.get(said.type, "unavailable") if said else "unavailable"
    return ProviderError(kind_of(by_type, said), "an error in place of an answer", said=said)
