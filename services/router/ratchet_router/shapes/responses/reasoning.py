"""A model's reasoning on its way through a caller who may not change it, and back to the model.

Some models want back what they thought, signed, before they go on after a tool's answer. Callers of /v1/responses send
back the `encrypted_content` of reasoning items: in it travels what the chat shape calls `thinking_blocks`.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import msgspec

MARK: Final = "ratchet1."  # nobody else's begins so


class Thoughts(msgspec.Struct, frozen=True, omit_defaults=True):
    text: str = ""
    blocks: list[dict[str, Any]] = []


class NotCarriedError(Exception):
    """It bears our mark, and is not what was given out."""


_thoughts = msgspec.json.Decoder(Thoughts)


def carried(thoughts: Thoughts) -> str:
    return MARK + urlsafe_b64encode(msgspec.json.encode(thoughts)).decode()


def brought_back(encrypted: str) -> Thoughts | None:
    """None for another provider's, which nobody else can read. Raises NotCarriedError."""
    if not encrypted.startswith(MARK):
        return None
    try:
        return _thoughts.decode(urlsafe_b64decode(encrypted.removeprefix(MARK).encode()))
    except (binascii.Error, msgspec.DecodeError, UnicodeError, RecursionError):
        raise NotCarriedError from None
