"""OAuth tokens for Vertex: made from a service account, kept, and renewed before they end, while the old one serves."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol

import urllib3
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport.urllib3 import Request

from ratchet_common.errors import CannotStartError
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.accounts import AccountError
from ratchet_providers.secrets import Secret

AHEAD_S: Final = 300.0  # before its end a token is renewed
LIFE_S: Final = 3600.0  # of a token that names no end
PATIENCE_S: Final = 10.0  # with the server of tokens
PAUSE_S: Final = 5.0  # after it gave none
YOUNG_S: Final = 60.0  # a token that was refused at this age was not refused for its age


class Tokens(Protocol):
    async def current(self) -> str:
        """Raises ProviderError."""

    def refused(self) -> None:
        """It was not let in: the next one is another, if there is one."""


class ReadyToken:
    """Somebody else renews it, in a file or variable."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    async def current(self) -> str:
        return self._secret.current()

    def refused(self) -> None:
        self._secret.forget()


class GoogleTokens:
    """`load` reads the account, again after a token was refused: a key that was changed is heard without a restart.

    Google's library asks for tokens in a thread. One object an event loop.
    """

    def __init__(self, load: Callable[[], Credentials], *, young_s: float = YOUNG_S) -> None:
        self._load, self._young_s = load, young_s
        self._account: Credentials | None = None
        self._token, self._made, self._renew_at, self._ends = "", 0.0, 0.0, 0.0  # times of the monotonic clock
        self._renewing: asyncio.Task[None] | None = None
        self._error = ProviderError("unauthorized", "no token yet")

    def check(self, what_for: str) -> None:
        """Reads the account, asks nobody. Raises CannotStartError naming what needs it."""
        try:
            self._account = self._load()
        except AccountError as error:
            raise CannotStartError(f"{what_for} needs an account of Google's: {error}") from None

    async def current(self) -> str:
        """Waits for the server of tokens only where there is none that is good. Raises ProviderError."""
        now = time.monotonic()
        if now >= self._renew_at and self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
        if now < self._ends:
            return self._token
        if self._renewing is not None:
            await asyncio.shield(self._renewing)
        if time.monotonic() < self._ends:
            return self._token
        raise self._error

    def refused(self) -> None:
        if time.monotonic() - self._made >= self._young_s:
            self._account, self._renew_at, self._ends = None, 0.0, 0.0

    async def _renew(self) -> None:
        try:
            token, left_s = await asyncio.to_thread(self._fetch)
        except (AccountError, GoogleAuthError) as error:
            self._account, self._error = None, _as_ours(error)
            self._renew_at = time.monotonic() + PAUSE_S
        else:
            now = time.monotonic()
            self._token, self._made, self._ends = token, now, now + left_s
            self._renew_at = now + max(left_s - AHEAD_S, left_s / 2)
        finally:
            self._renewing = None

    def _fetch(self) -> tuple[str, float]:
        """A token, and for how many seconds it is good."""
        account = self._account = self._account or self._load()
        with urllib3.PoolManager(retries=False) as pool:
            account.refresh(partial(Request(pool), timeout=PATIENCE_S))
        token = str(account.token)
        if account.expiry is None:
            return token, LIFE_S
        ends: datetime = account.expiry
        return token, (ends.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()


def _as_ours(error: AccountError | GoogleAuthError) -> ProviderError:
    if isinstance(error, AccountError):
        return ProviderError("unauthorized", str(error))
    if isinstance(error, TransportError):
        return ProviderError("unreachable", "the server of Google's tokens cannot be reached")
    if isinstance(error, RefreshError) and error.retryable:
        return ProviderError("unavailable", "the server of Google's tokens gave none")
    return ProviderError("unauthorized", "Google gives no token for this account: its key may have been withdrawn")
