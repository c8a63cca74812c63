"""What a status, its headers and its body say of why there is no answer. Pure."""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec

from ratchet_providers.error_words import kind_of
from ratchet_providers.failing import OF_STATUS, ProviderError, Said

LONGEST_WAIT_S: Final = 24 * 3600.0


class _Error(msgspec.Struct, frozen=True):
    message: Any = ""
    type: Any = ""
    code: Any = ""
    param: Any = ""
    status: Any = ""  # Google's
    details: Any = None  # Anthropic's: an object with an error_code


class _Body(msgspec.Struct, frozen=True):
    """As the providers write it: an object, or a sentence, under one of these names."""

    error: _Error | str | None = None
    message: Any = ""
    detail: Any = ""
    Message: Any = ""  # AWS


_body = msgspec.json.Decoder(_Body | list[_Body])


def failure(status: int, headers: Mapping[bytes, bytes], body: bytes, *, detail: str = "") -> ProviderError:
    said = said_in(body)
    kind = kind_of(OF_STATUS.get(status, "unavailable"), said)
    wait = retry_after(headers)
    return ProviderError(kind, detail or f"status {status}", status=status, retry_after_s=wait, said=said)


def said_in(body: bytes) -> Said | None:
    try:
        found = _body.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(found, list):
        found = found[0] if found else _Body()
    if isinstance(found.error, _Error):
        of = found.error
        code = _text(of.code) or (_text(of.details.get("error_code")) if isinstance(of.details, dict) else "")
        return Said(_text(of.message), _text(of.type) or _text(of.status), code, _text(of.param))
    message = _text(found.error) or _text(found.message) or _text(found.Message) or _text(found.detail)
    return Said(message) if message else None


def _text(value: object) -> str:
    return value[:2_000] if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def retry_after(headers: Mapping[bytes, bytes]) -> float | None:
    """Seconds, from `retry-after-ms`, or `retry-after` in seconds or as a date."""
    try:
        if given := headers.get(b"retry-after-ms"):
            return _bounded(float(given) / 1000)
        if given := headers.get(b"retry-after"):
            text = given.decode("ascii").strip()
            if text.replace(".", "", 1).isdigit():
                return _bounded(float(text))
            return _bounded(parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, UnicodeDecodeError, OverflowError):
        return None
    return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT_S)
