"""Who we are to AWS: a bearer token, keys that somebody names, or whatever AWS's default chain finds on the machine."""

import asyncio
from typing import Any, Final, NamedTuple, Protocol

from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_providers.bedrock.signing import Keys
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret

REFRESH_EVERY_S: Final = 60.0  # botocore renews what ends within 15 minutes
NO_SECRET: Final = Secret("")


class Token(NamedTuple):
    """Bedrock's API key, as AWS_BEARER_TOKEN_BEDROCK holds it."""

    value: str


class Credentials(Protocol):
    def current(self) -> Keys | Token:
        """What to send now, without waiting. Raises ProviderError."""

    def forget(self) -> None:
        """AWS refused it: look again."""


class BearerToken:
    def __init__(self, token: Secret) -> None:
        self._token = token

    def read_first(self, what_for: str) -> None:
        """Raises CannotStartError naming what needs the token."""
        self._token.read_first(what_for)

    def current(self) -> Token:
        return Token(self._token.current())

    def forget(self) -> None:
        self._token.forget()


class NamedKeys:
    """Three secrets; the session token is there where the keys are lent ones."""

    def __init__(self, access_key: Secret, secret_key: Secret, session_token: Secret = NO_SECRET) -> None:
        self._secrets = access_key, secret_key, session_token

    def read_first(self, what_for: str) -> None:
        """Raises CannotStartError naming what needs the keys."""
        for secret in self._secrets:
            secret.read_first(what_for)

    def current(self) -> Keys:
        return Keys(*(secret.current() for secret in self._secrets))

    def forget(self) -> None:
        for secret in self._secrets:
            secret.forget()


class DefaultChain:
    """As AWS's own tools find keys: environment, profile, web identity (EKS), container, instance role.

    `load` it once at the start; run `refresh` every `REFRESH_EVERY_S`. Both look in a thread: they may ask the network.
    """

    def __init__(self, profile: str = "") -> None:
        self._chain = _Chain(profile)
        self._keys: Keys | None = None

    async def load(self) -> None:
        """Raises CannotStartError."""
        self._keys = await asyncio.to_thread(self._chain.keys)

    async def refresh(self) -> None:
        """Renews keys ahead of their end. Raises RetryLaterError: those that are there stay in use."""
        try:
            self._keys = await asyncio.to_thread(self._chain.keys)
        except CannotStartError as error:
            raise RetryLaterError(str(error)) from error

    def current(self) -> Keys:
        if self._keys is None:
            raise ProviderError("unauthorized", "AWS's chain of credentials has not been loaded.")
        return self._keys

    def forget(self) -> None:
        self._chain.forget()


class _Chain:
    """Blocks. botocore is imported with the first look: it takes 24 MB, which only those pay who use Bedrock."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._found: Any = None  # botocore's, which ships no types

    def forget(self) -> None:
        self._found = None

    def keys(self) -> Keys:
        """Raises CannotStartError with a sentence, never with a part of a key."""
        try:
            import botocore.session
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise CannotStartError(
                "AWS's default chain of credentials needs botocore, which is not installed: "
                "pip install 'ratchet-providers[aws]', or name a token or keys in the catalogue."
            ) from None
        try:
            found = self._found or botocore.session.Session(profile=self._profile or None).get_credentials()
            self._found = found
            keys = found.get_frozen_credentials() if found else None
        except (BotoCoreError, ClientError) as error:
            raise CannotStartError(self._failed(f"failed ({type(error).__name__})")) from None
        if keys is None or not keys.access_key or not keys.secret_key:
            raise CannotStartError(self._failed("found nothing"))
        return _fit(Keys(keys.access_key, keys.secret_key, keys.token or ""))

    def _failed(self, how: str) -> str:
        where = f" (profile {self._profile})" if self._profile else ""
        return (
            f"AWS's default chain of credentials{where} {how}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "a profile or a role, or name a token or keys in the catalogue."
        )


def _fit(keys: Keys) -> Keys:
    if not all(part.isascii() and (part.isprintable() or not part) for part in keys):
        raise CannotStartError("AWS's default chain of credentials gave a key that no header may hold: make a new one.")
    return keys
