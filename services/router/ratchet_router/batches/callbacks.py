"""Whoever asked for a batch is told when it is over: a signed POST, tried again from the store, to no inner address."""

import asyncio
import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from ratchet_common.errors import CannotStartError
from ratchet_providers.connection import LateError, NotAnsweredError, TooLongError
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.wire import Endpoint, Wire
from ratchet_router.batches.batch import Batch
from ratchet_router.batches.store import Held, MongoBatchStore
from ratchet_router.settings import RouterSettings

TRIES: Final = 8
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 3_600.0
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

    async def tell(self, batch: Batch, now: datetime) -> bool:
        """Whether it was taken. Raises UnfitUrlError, ProviderError where the secret cannot be read."""
        body = told(batch)
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(self.secret.current(), int(now.timestamp()), body),
        }
        endpoint = await self.endpoint(batch.callback, headers)
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


def told(batch: Batch) -> bytes:
    """The same at every try. No text of anybody's."""
    counts = batch.counts
    about = {
        "id": batch.id,
        "status": batch.status,
        "metadata": batch.metadata,
        "counts": {
            "total": counts.total if counts else batch.total,
            "completed": counts.completed if counts else 0,
            "failed": counts.failed if counts else batch.total,
        },
    }
    return msgspec.json.encode({"type": f"batch.{batch.status}", "batch": about})


def pause_s(tries: int) -> float:
    """After so many that failed."""
    return min(FIRST_PAUSE_S * 2.0 ** (tries - 1), LONGEST_PAUSE_S)


class Telling:
    """One callback a round, under the batch's lease."""

    def __init__(self, store: MongoBatchStore, callbacks: Callbacks, now: Callable[[], datetime]) -> None:
        self._store, self._callbacks, self._now = store, callbacks, now

    async def round(self) -> bool:
        """True: there may be more at once. Raises RetryLaterError."""
        held = await self._store.take_untold(self._now())
        if held is None:
            return False
        try:
            await self._tell(held)
            await self._store.save(held)
        finally:
            await self._store.release(held, 0.0)
        return True

    async def _tell(self, held: Held) -> None:
        batch, now = held.batch, self._now()
        batch.told_tries += 1
        try:
            taken = await self._callbacks.tell(batch, now)
        except UnfitUrlError:
            batch.tell_at, batch.told = None, "refused"
            return
        if taken:
            batch.tell_at, batch.told = None, "delivered"
        elif batch.told_tries >= TRIES:
            batch.tell_at, batch.told = None, "given_up"
        else:
            batch.tell_at = now.timestamp() + pause_s(batch.told_tries)


def callbacks_of(settings: RouterSettings, wire: Wire) -> Callbacks:
    """Raises CannotStartError."""
    try:
        secret = Secret(settings.batch_callback_secret)
    except SecretError as error:
        raise CannotStartError(f"The setting ROUTER_BATCH_CALLBACK_SECRET is wrong: {error}") from None
    secret.read_first("The setting ROUTER_BATCH_CALLBACK_SECRET")
    return Callbacks(wire, secret, settings.batch_callback_private)
