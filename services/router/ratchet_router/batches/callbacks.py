"""Whoever asked for a batch is told when it is over: a signed POST, tried again from the store, to no inner address."""

from dataclasses import dataclass
from datetime import datetime

from ratchet_common.errors import CannotStartError
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.webhooks import NotTakenError, UnfitUrlError, Webhooks, signed
from ratchet_providers.wire import Wire
from ratchet_router.batches.refusals import InvalidBatchError
from ratchet_router.settings import RouterSettings


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`secret` is a reference's; an empty one turns callbacks off."""

    webhooks: Webhooks
    secret: Secret

    async def check(self, url: str) -> None:
        """Raises InvalidBatchError."""
        try:
            self._insist()
            await self.webhooks.endpoint(url, {})
        except UnfitUrlError as error:
            raise InvalidBatchError("callback_url", str(error)) from None

    async def tell(self, url: str, body: bytes, now: datetime) -> bool:
        """Whether it was taken. Raises UnfitUrlError, ProviderError where the secret cannot be read."""
        self._insist()
        try:
            status = await self.webhooks.post(url, body, signed(self.secret.current(), now, body))
        except NotTakenError:
            return False
        return 200 <= status < 300

    def _insist(self) -> None:
        if not self.secret.reference:
            raise UnfitUrlError("there are no callbacks here: ask the operator to set ROUTER_BATCH_CALLBACK_SECRET")


def callbacks_of(settings: RouterSettings, wire: Wire) -> Callbacks:
    """Raises CannotStartError."""
    try:
        secret = Secret(settings.batch_callback_secret)
    except SecretError as error:
        raise CannotStartError(f"The setting ROUTER_BATCH_CALLBACK_SECRET is wrong: {error}") from None
    secret.read_first("The setting ROUTER_BATCH_CALLBACK_SECRET")
    return Callbacks(Webhooks(wire, settings.batch_callback_private), secret)
