"""What Converse has no place for: said before it is asked, with the field's name and never with what is in it."""

import re
from typing import Any, Final, TypeVar

import msgspec

from ratchet_providers.failing import ProviderError, Said

T = TypeVar("T")
WHERE: Final = re.compile(r" - at `\$\.?([^`]*)`$")


def refused(field: str, why: str) -> ProviderError:
    sentence = f"{field}: {why}."
    return ProviderError("unsuited", sentence, said=Said(sentence, "invalid_request_error", param=field))


def read(decoder: msgspec.json.Decoder[T], value: Any, within: str = "") -> T:
    """A field of the request (`within`) as what it must be, or all of them. Raises ProviderError naming what is not."""
    try:
        return decoder.decode(msgspec.json.encode(value))
    except msgspec.ValidationError as error:
        raise _invalid(str(error), within) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise refused(within or "body", "it cannot be read as JSON") from None


def _invalid(words: str, within: str) -> ProviderError:
    """msgspec's words name types and paths, no values."""
    inner = found[1] if (found := WHERE.search(words)) else ""
    path = f"{within}{inner}" if inner.startswith("[") else ".".join(filter(None, (within, inner)))
    return refused(path or "body", WHERE.sub("", words)[:200])
