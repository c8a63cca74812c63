"""A link by which one person says what one answer was worth, without a token: signed, and for a time. Pure.

Whoever has the link can read in it the tenant, the result and the user; nobody can change them, and all that it lets
one do is to replace this user's word on this answer.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from ratchet_common.errors import RefusedError

SHORTEST_KEY: Final = 32  # bytes
LONGEST: Final = 2_000  # characters of a link's token
MAC_BYTES: Final = 16
PURPOSE: Final = b"ratchet feedback link 1\0"


class ForgedLinkError(RefusedError):
    status = 403
    type = "link-forged"
    title = "The link is not one that was made here"

    def __init__(self) -> None:
        super().__init__("This link is not whole, or was not made here: open it as it was sent, or ask for a new one.")


class ExpiredLinkError(RefusedError):
    status = 410
    type = "link-expired"
    title = "The link has expired"


class Link(msgspec.Struct, frozen=True, array_like=True):
    tenant: str
    result_id: UUID
    user_id: str
    expires_at: datetime


def ends_at(now: datetime, asked: timedelta, answered_at: datetime | None, kept: timedelta) -> datetime:
    """Until when a link is good: no longer than words on its answer find it. `answered_at`: None, not known yet."""
    return min(now + asked, (min(answered_at, now) if answered_at else now) + kept)


def signed(link: Link, key: bytes) -> str:
    """What stands in the URL: letters, digits, `-`, `_` and a dot."""
    body = msgspec.msgpack.encode(link)
    return f"{_text(body)}.{_text(_mac(body, key))}"


def opened(token: str, keys: Sequence[bytes], now: datetime) -> Link:
    """Any of the keys may have signed it: so one can be replaced. Raises ForgedLinkError, ExpiredLinkError."""
    body, mac = _parts(token)
    if not any(hmac.compare_digest(_mac(body, key), mac) for key in keys):
        raise ForgedLinkError
    link = msgspec.msgpack.decode(body, type=Link)
    if link.expires_at <= now:
        raise ExpiredLinkError(f"This link was good until {link.expires_at:%Y-%m-%d %H:%M} UTC: ask for a new one.")
    return link


def _parts(token: str) -> tuple[bytes, bytes]:
    body, dot, mac = token.partition(".")
    if not dot or len(token) > LONGEST:
        raise ForgedLinkError
    try:
        return _bytes(body), _bytes(mac)
    except (binascii.Error, ValueError):
        raise ForgedLinkError from None


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, PURPOSE + body, hashlib.sha256)[:MAC_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Raises ValueError. The last letter has bits that say nothing, so several texts would be the same bytes: only the
    one that `_text` writes is taken."""
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(raw) != text:
        raise ValueError("not as it was written")
    return raw
