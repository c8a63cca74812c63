"""What a provider wants back with a call of a tool, on its way through callers whose shape has no place for it.

Google's models sign their calls, and some refuse a conversation that does not bring the signatures back. Anthropic's
messages and OpenAI's responses have no field for that, but every client gives the id of a call back as it got it, with
the call and with its result: what is to come back travels at the end of the id, and never goes on to a provider in it.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import msgspec

MARK: Final = "-ratchet1-"  # of characters that ids may have everywhere, as the rest
CARRIED: Final = re.compile(rb"-ratchet1-[A-Za-z0-9_-]+")
Extra = dict[str, Any]
_extra = msgspec.json.Decoder(Extra)


def carrying(call_id: str, extra: Extra | msgspec.UnsetType | None) -> str:
    """The id as the caller gets it."""
    if not extra or isinstance(extra, msgspec.UnsetType):
        return call_id
    return call_id + MARK + urlsafe_b64encode(msgspec.json.encode(extra)).decode().rstrip("=")


def parted(call_id: str) -> tuple[str, Extra | None]:
    """The provider's id, and what came with it. An end that somebody changed is lost, and nothing else."""
    own, mark, end = call_id.partition(MARK)
    if not mark:
        return call_id, None
    try:
        return own, _extra.decode(urlsafe_b64decode(end + "=" * (-len(end) % 4)))
    except (ValueError, RecursionError):  # no base64, or no JSON
        return own, None


def without(body: msgspec.Raw) -> msgspec.Raw:
    """A request that passes on untranslated, with the ids as another provider gave them."""
    raw = bytes(body)
    return msgspec.Raw(CARRIED.sub(b"", raw)) if MARK.encode() in raw else body
