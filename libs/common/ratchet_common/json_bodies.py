"""JSON as it comes in the bodies of requests: in UTF-8, with or without the mark that some editors put before it."""

import codecs
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

MARK: Final = codecs.BOM_UTF8
NO_JSON: Final = "it is not JSON in UTF-8, or nested too deeply"
OTHER_ENCODING: Final = "it is in UTF-16 or UTF-32: send JSON in UTF-8"
T = TypeVar("T")


class NotJsonError(Exception):
    """Its text is a sentence on the body without its subject."""


def read_json(body: bytes, read: Callable[[bytes], T]) -> T:
    """What `read` makes of it; only of what it cannot read the beginning is looked at.

    Raises NotJsonError, msgspec.ValidationError.
    """
    try:
        return read(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if not body.startswith(MARK):
            raise NotJsonError(OTHER_ENCODING if _has_wide_characters(body) else NO_JSON) from None
    return _without_mark(body.removeprefix(MARK), read)


def _without_mark(body: bytes, read: Callable[[bytes], T]) -> T:
    try:
        return read(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJsonError(NO_JSON) from None


def _has_wide_characters(body: bytes) -> bool:
    """By their mark, or by the zero in one of the first two bytes, since JSON begins with ASCII."""
    return body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (len(body) > 3 and 0 in body[:2])
