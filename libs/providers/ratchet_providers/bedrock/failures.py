"""Why Bedrock gives no answer, by the names that AWS gives to its errors. Pure."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from ratchet_providers import http_failures
from ratchet_providers.bedrock.eventstream import Frame
from ratchet_providers.failing import OF_STATUS, ErrorKind, ProviderError, Said

KINDS: Final[Mapping[str, ErrorKind]] = {
    "Throttling": "rate_limited",
    "TooManyRequests": "rate_limited",
    "LimitExceeded": "rate_limited",
    "ServiceQuotaExceeded": "quota",
    "ModelTimeout": "timeout",
    "ModelNotReady": "overloaded",
    "ServiceUnavailable": "overloaded",
    "ModelError": "unavailable",
    "ModelStreamError": "unavailable",
    "InternalServer": "unavailable",
    "InternalFailure": "unavailable",
    "AccessDenied": "unauthorized",
    "UnrecognizedClient": "unauthorized",
    "InvalidClientTokenId": "unauthorized",
    "ExpiredToken": "unauthorized",
    "InvalidSignature": "unauthorized",
    "IncompleteSignature": "unauthorized",
    "SignatureDoesNotMatch": "unauthorized",
    "MissingAuthenticationToken": "unauthorized",
    "OptInRequired": "unauthorized",
    "ResourceNotFound": "no_such_model",
    "Validation": "bad_request",
    "Serialization": "bad_request",
}
TOO_LONG: Final = re.compile(
    r"too long|too many (?:total )?(?:input |text )?(?:tokens|bytes)|exceeds? (?:the )?context|"
    r"(?:maximum|max)(?:imum)? (?:context|input)|context (?:length|window)",
    re.IGNORECASE,
)
NO_SUCH_MODEL: Final = re.compile(r"model identifier is invalid|on-demand throughput isn", re.IGNORECASE)
FILTERED: Final = re.compile(r"blocked by our content filter|content filtering policy", re.IGNORECASE)
A_DAYS: Final = re.compile(r"per day", re.IGNORECASE)
NAME: Final = re.compile(r"[A-Za-z]{1,60}")


class _Body(msgspec.Struct, frozen=True):
    message: str = ""
    Message: str = ""
    kind: str = msgspec.field(name="__type", default="")
    code: str = ""


_body = msgspec.json.Decoder(_Body)


def failure(status: int, headers: Mapping[bytes, bytes], body: bytes) -> ProviderError:
    """Of an HTTP answer. What is not AWS's, such as a proxy's, is read as any provider's."""
    said = _read(body)
    name = _name(headers.get(b"x-amzn-errortype", b"").decode("latin-1")) or _name(said.kind) or _name(said.code)
    if not name:
        return http_failures.failure(status, headers, body)
    wait = http_failures.retry_after(headers)
    return _error(name, said.message or said.Message, status, f"{name}, status {status}", wait)


def broken_off(frame: Frame) -> ProviderError:
    """Of a frame that is no event: an exception that the service knows, or an error of the stream itself."""
    told = frame.headers.get(":exception-type") or frame.headers.get(":error-code") or ""
    name = _name(told[:1].upper() + told[1:]) or "an error"
    message = _read(frame.payload).message or frame.headers.get(":error-message", "")
    return _error(name, message, 0, f"{name}, in the stream", None)


def kind_of(name: str, message: str, status: int) -> ErrorKind:
    """`name` without what follows it, such as `Exception`."""
    kind = KINDS.get(name) or OF_STATUS.get(status, "unavailable")
    if kind == "rate_limited" and A_DAYS.search(message):  # Too many tokens per day: no wait of ours helps
        return "quota"
    if kind == "bad_request":
        if TOO_LONG.search(message):
            return "too_long"
        if FILTERED.search(message):
            return "filtered"
        if NO_SUCH_MODEL.search(message):
            return "no_such_model"
    return kind


def _error(name: str, message: str, status: int, detail: str, wait: float | None) -> ProviderError:
    said = Said(message[:2_000], type=name) if message else None
    kind = kind_of(name.removesuffix("Exception"), message, status)
    return ProviderError(kind, detail, status=status, retry_after_s=wait, said=said)


def _name(told: str) -> str:
    """Of `ThrottlingException:http://internal…` or `com.amazon.coral.service#ThrottlingException`."""
    name = told.partition(":")[0].rpartition("#")[2]
    return name if NAME.fullmatch(name) else ""


def _read(body: bytes) -> _Body:
    try:
        return _body.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Body()
