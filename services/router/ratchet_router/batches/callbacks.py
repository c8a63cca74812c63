"""Whoever asked for a batch is told when it is over: a signed POST, tried again from the store, to no inner address."""

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

from ratchet_common.errors import CannotStartError
from ratchet_providers.connection import LateError, NotAnsweredError, TooLongError
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.wire import Endpoint, Wire
from ratchet_router.batches.refusals import InvalidBatchError
from ratchet_router.settings import RouterSettings

PATIENCE_S: Final = 10.0
ANSWER_LIMIT: Final = 64 * 1024
URL_MOST: Final = 2_000
SIGNATURE: Final = "Ratchet-Signature"


class UnfitUrlError(Exception):
    """A sentence: why nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`secret` is a reference's; an empty one turns callbacks off. `private`: inner addresses may be told, too."""

    wire: Wire
    secret: Secret
    private: bool

    async def endpoint(self, url: str, headers: dict[str, str]) -> Endpoint:
        """Bound to the address that was looked at: its name may point elsewhere a moment later.

        Raises UnfitUrlError.
        """
        if not self.secret.reference:
            raise UnfitUrlError("there are no callbacks here: ask the operator to set ROUTER_BATCH_CALLBACK_SECRET")
        try:
            parts = urlsplit(url)
            found = Endpoint.of(url, headers)
        except ValueError:
            raise UnfitUrlError("it must be a URL of http or https") from None
        if len(url) > URL_MOST or parts.username is not None:
            raise UnfitUrlError(f"it must have at most {URL_MOST} characters, and no password")
        address = await _address(found.origin.host, found.origin.port, private=self.private)
        return replace(found, origin=replace(found.origin, address=address))

    async def check(self, url: str) -> None:
        """Raises InvalidBatchError."""
        try:
            await self.endpoint(url, {})
        except UnfitUrlError as error:
            raise InvalidBatchError("callback_url", str(error)) from None

    async def tell(self, url: str, body: bytes, now: datetime) -> bool:
        """Whether it was taken. Raises UnfitUrlError, ProviderError where the secret cannot be read."""
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(self.secret.current(), int(now.timestamp()), body),
        }
        endpoint = await self.endpoint(url, headers)
        try:
            answer = await self.wire.post(endpoint, body, limit=ANSWER_LIMIT, patience_s=PATIENCE_S)
        except (NotAnsweredError, TooLongError, LateError):
            return False
        return 200 <= answer.status < 300


async def _address(host: str, port: int, *, private: bool) -> str:
    """Raises UnfitUrlError where one of the name's addresses is not of the public internet."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise UnfitUrlError("its host has no address") from None
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
        raise UnfitUrlError("its host has an address that is not of the public internet")
    return addresses[0]


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=<Unix time>,v1=<hex>`: HMAC-SHA256 of `<Unix time>.<body>` with the secret."""
    digest = hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def callbacks_of(settings: RouterSettings, wire: Wire) -> Callbacks:
    """Raises CannotStartError."""
    try:
        secret = Secret(settings.batch_callback_secret)
    except SecretError as error:
        raise CannotStartError(f"The setting ROUTER_BATCH_CALLBACK_SECRET is wrong: {error}") from None
    secret.read_first("The setting ROUTER_BATCH_CALLBACK_SECRET")
    return Callbacks(wire, secret, settings.batch_callback_private)
