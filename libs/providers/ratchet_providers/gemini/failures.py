"""What Google says of why there is no answer: its status, and the details that come with it. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_providers.error_words import TOO_LONG, is_of_the_request, unquoted
from ratchet_providers.failing import OF_STATUS, ErrorKind, ProviderError, Said
from ratchet_providers.http_failures import LONGEST_WAIT_S, retry_after, said_in

OF_WORD: Final[Mapping[str, ErrorKind]] = {
    "INVALID_ARGUMENT": "bad_request",
    "OUT_OF_RANGE": "bad_request",
    "UNIMPLEMENTED": "bad_request",
    "FAILED_PRECONDITION": "unauthorized",  # the account's country or billing, not the request
    "UNAUTHENTICATED": "unauthorized",
    "PERMISSION_DENIED": "unauthorized",
    "NOT_FOUND": "no_such_model",
    "RESOURCE_EXHAUSTED": "rate_limited",
    "UNAVAILABLE": "overloaded",
    "DEADLINE_EXCEEDED": "timeout",
    "INTERNAL": "unavailable",
    "UNKNOWN": "unavailable",
    "ABORTED": "unavailable",
    "CANCELLED": "unavailable",
}
KEY_REASONS: Final = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "ACCESS_TOKEN_EXPIRED"})
OF_KEY: Final = re.compile(r"API key (?:not valid|expired|not found)", re.IGNORECASE)  # further on it may quote people
TOO_LARGE: Final = re.compile(r"payload size exceeds", re.IGNORECASE)
SPENT: Final = re.compile(r"credits? .{0,20}(depleted|exhausted)|prepay|billing account", re.IGNORECASE)
OF_A_PERIOD: Final = re.compile(r"exceeded your current quota", re.IGNORECASE)  # said of a minute's quota and a day's
SECONDS: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


class _Violation(msgspec.Struct, frozen=True, rename="camel"):
    quota_id: Any = ""


class _Detail(msgspec.Struct, frozen=True, rename="camel"):
    """Any of google.rpc's: RetryInfo, ErrorInfo, QuotaFailure."""

    retry_delay: Any = ""
    reason: Any = ""
    violations: list[_Violation] | None = None


class _Error(msgspec.Struct, frozen=True):
    code: int = 0
    status: str = ""
    message: str = ""
    details: list[_Detail] | None = None


class _Body(msgspec.Struct, frozen=True):
    error: _Error


_body = msgspec.json.Decoder(_Body | list[_Body])


def failure(status: int, headers: Mapping[bytes, bytes], body: bytes) -> ProviderError:
    error = _error(body)
    wait = retry_after(headers)
    asked = _delay(error.details or ()) if error else None
    return ProviderError(
        _kind(status, error),
        f"status {status}",
        status=status,
        retry_after_s=asked if wait is None else wait,
        said=said_in(body),
    )


def failure_in_stream(data: bytes) -> ProviderError:
    """The stream itself had status 200."""
    error = _error(data)
    wait = _delay(error.details or ()) if error else None
    kind = _kind(error.code, error) if error else "malformed"
    return ProviderError(kind, "an error in the stream", retry_after_s=wait, said=said_in(data))


def _error(body: bytes) -> _Error | None:
    try:
        found: _Body | list[_Body] = _body.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(found, list):
        return found[0].error if found else None
    return found.error


def _kind(status: int, error: _Error | None) -> ErrorKind:
    kind = _by_word(status, error)
    if error is not None and kind in ("unauthorized", "no_such_model") and is_of_the_request(Said(error.message)):
        return "bad_request"
    return kind


def _by_word(status: int, error: _Error | None) -> ErrorKind:
    by_status = OF_STATUS.get(status, "unavailable")
    if error is None:
        return by_status
    kind = OF_WORD.get(error.status, by_status)
    details, words = error.details or (), unquoted(error.message)
    if kind in ("bad_request", "unauthorized", "too_long"):
        if any(detail.reason in KEY_REASONS for detail in details) or OF_KEY.match(error.message):
            return "unauthorized"
        if TOO_LONG.search(words) or TOO_LARGE.search(words):
            return "too_long"
    if kind == "rate_limited" and _spent(error, details):
        return "quota"
    return kind


def _spent(error: _Error, details: Sequence[_Detail]) -> bool:
    """Whether waiting will not help. The same words are said of a minute's quota, which names a delay."""
    ids = [str(violation.quota_id) for detail in details for violation in detail.violations or ()]
    if SPENT.search(error.message) or any("PerDay" in quota for quota in ids):
        return True
    return bool(OF_A_PERIOD.search(error.message)) and not ids and _delay(details) is None


def _delay(details: Sequence[_Detail]) -> float | None:
    """Seconds, of RetryInfo's "34.07s"."""
    for detail in details:
        if isinstance(detail.retry_delay, str) and (found := SECONDS.fullmatch(detail.retry_delay)):
            return min(float(found[1]), LONGEST_WAIT_S)
    return None
