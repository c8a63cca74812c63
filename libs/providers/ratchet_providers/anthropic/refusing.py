"""What Anthropic's API has no place for, said before it is asked: the field's name, and never what is in it."""

import re

import msgspec

from ratchet_providers.failing import ProviderError, Said

WHERE = re.compile(r" - at `\$\.?([^`]*)`$")
MISSING = re.compile(r"Object missing required field `(.*)`")


def refused(field: str, why: str) -> ProviderError:
    sentence = f"{field}: {why}"
    return ProviderError("unsuited", sentence, said=Said(sentence, "invalid_request_error", param=field))


def invalid(error: msgspec.ValidationError, within: str = "") -> ProviderError:
    """`within` is the field that was read."""
    said = str(error)
    where, message = WHERE.search(said), WHERE.sub("", said)
    missing = MISSING.fullmatch(message)
    inner = where[1] if where else ""
    path = within + ("." if within and inner and not inner.startswith("[") else "") + inner
    if missing:
        return refused(f"{path}.{missing[1]}".lstrip("."), "it is missing")
    return refused(path or "body", message[:200])
