"""A signed POST to a URL that a caller has named: bounded in time and size, no redirects, to no inner address."""

import asyncio
import hashlib
import hmac
import ipaddress
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from ratchet_providers.connection import LateError, NotAnsweredError
from ratchet_providers.wire import Endpoint, Wire

PATIENCE_S: Final = 10.0
LOOK_UP_S: Final = 5.0
URL_MOST: Final = 2_000
SIGNATURE: Final = "Ratchet-Signature"
HOLDS_IPV4: Final = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "2002::/16")))


class UnfitUrlError(Exception):
    """A sentence without its beginning: why nothing is sent there. Never the URL."""


class NotTakenError(Exception):
    """A sentence: what came in place of an answer. Never the URL."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`private`: inner addresses may be told, too."""

    wire: Wire
    private: bool
    patience_s: float = PATIENCE_S

    async def endpoint(self, url: str, headers: dict[str, str]) -> Endpoint:
        """Bound to the address that was looked at: its name may point elsewhere a moment later.

        Raises UnfitUrlError.
        """
        try:
            parts = urlsplit(url)
            found = Endpoint.of(url, headers)
        except ValueError:
            raise UnfitUrlError("it must be a URL of http or https") from None
        if len(url) > URL_MOST or parts.username is not None:
            raise UnfitUrlError(f"it must have at most {URL_MOST} characters, and no password")
        address = await _address(found.origin.host, found.origin.port, private=self.private)
        return replace(found, origin=replace(found.origin, address=address))

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that it was answered with. It says whether the message was taken: what comes behind it is not
        read, however long it is or takes. Raises UnfitUrlError, NotTakenError."""
        endpoint = await self.endpoint(url, {"Content-Type": "application/json"} | headers)
        try:
            async with self.wire.stream(endpoint, body, patience_s=self.patience_s, only_once=True) as answer:
                return answer.status
        except LateError:
            raise NotTakenError(f"It did not answer within {self.patience_s:g} s.") from None
        except NotAnsweredError as error:
            raise NotTakenError(f"It could not be reached, or broke off ({error}).") from None


async def _address(host: str, port: int, *, private: bool) -> str:
    """Raises UnfitUrlError where one of the name's addresses is not of the public internet."""
    try:
        async with asyncio.timeout(LOOK_UP_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # TimeoutError is one
        raise UnfitUrlError("its host has no address") from None
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(_is_public(one.partition("%")[0]) for one in addresses):
        raise UnfitUrlError("its host has an address that is not of the public internet")
    return addresses[0]


def _is_public(address: str) -> bool:
    """Not one that a gateway may turn into an inner one of IPv4: NAT64, 6to4, or what was compatible with it."""
    found = ipaddress.ip_address(address)
    if found.version == 6 and any(found in network for network in HOLDS_IPV4):
        return False
    return found.is_global and not found.is_multicast


def signed(secret: str, now: datetime, body: bytes) -> dict[str, str]:
    """The header of a signed body."""
    return {SIGNATURE: signature(secret, int(now.timestamp()), body)}


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=<Unix time>,v1=<hex>`: HMAC-SHA256 of `<Unix time>.<body>` with the secret."""
    digest = hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
