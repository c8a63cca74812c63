"""Out to receivers: signed webhooks, Slack's incoming webhooks, mail by SMTP. Each try is bounded in time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import aiosmtplib

from ratchet_common.errors import CannotStartError, RefusedError
from ratchet_monitor.alerts import messages
from ratchet_monitor.alerts.delivering import NotSentError
from ratchet_monitor.alerts.delivery import Delivery
from ratchet_monitor.alerts.receivers import Receiver
from ratchet_monitor.settings import MonitorSettings
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.webhooks import NotTakenError, UnfitUrlError, Webhooks, signed
from ratchet_providers.wire import Wire

DELIVERY: Final = "Ratchet-Delivery"
MAIL_STEP_S: Final = 10.0
MAIL_S: Final = 30.0


class UnfitReceiverError(RefusedError):
    type = "unfit-receiver"
    title = "Nothing could be sent to this receiver"


@dataclass(frozen=True, slots=True)
class MailServer:
    """An empty host turns mail off."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str
    password: Secret
    sender: str


class Senders:
    def __init__(self, webhooks: Webhooks, secrets: Mapping[str, Secret], mail: MailServer) -> None:
        self.webhooks, self._secrets, self._mail = webhooks, secrets, mail

    async def check(self, tenant: str, receiver: Receiver) -> None:
        """Before it is kept. Raises UnfitReceiverError."""
        try:
            if receiver.kind == "email":
                self._insist_on_mail()
            elif receiver.kind == "slack":
                await self.webhooks.endpoint(self._secret(tenant, receiver), {})
            else:
                self._secret(tenant, receiver)
                await self.webhooks.endpoint(receiver.url, {})
        except UnfitUrlError as error:
            raise UnfitReceiverError(f"Its URL is unfit: {error}.", field="url") from None
        except NotSentError as error:
            raise UnfitReceiverError(str(error)) from None

    async def __call__(self, receiver: Receiver, one: Delivery, now: datetime) -> None:
        """Raises NotSentError."""
        if receiver.kind == "email":
            await self._mailed(receiver, one)
        elif receiver.kind == "slack":
            await self._post(self._secret(one.tenant, receiver), messages.slack(one), {})
        else:
            body = messages.webhook(one)
            headers = signed(self._secret(one.tenant, receiver), now, body) | {DELIVERY: one.delivery_id}
            await self._post(receiver.url, body, headers)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        try:
            status = await self.webhooks.post(url, body, headers)
        except UnfitUrlError as error:
            raise NotSentError(f"Its URL is unfit: {error}.") from None
        except NotTakenError as error:
            raise NotSentError(str(error)) from None
        if not 200 <= status < 300:
            raise NotSentError(f"It answered {status}.")

    async def _mailed(self, receiver: Receiver, one: Delivery) -> None:
        self._insist_on_mail()
        its = self._mail
        try:
            async with asyncio.timeout(MAIL_S):
                await aiosmtplib.send(
                    messages.mail(one, its.sender, receiver.to),
                    hostname=its.host,
                    port=its.port,
                    use_tls=its.security == "tls",
                    start_tls=its.security == "starttls",
                    username=its.username or None,
                    password=its.password.current() or None,
                    timeout=MAIL_STEP_S,
                )
        except TimeoutError:
            raise NotSentError("The mail server did not answer in time.") from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotSentError(f"The mail server answered {error.code}.") from None
        except (aiosmtplib.SMTPException, ProviderError, OSError) as error:
            raise NotSentError(f"The mail server could not be used ({type(error).__name__}).") from None

    def _insist_on_mail(self) -> None:
        if not self._mail.host:
            raise NotSentError("There is no mail here: ask the operator to set MONITOR_SMTP_HOST.")

    def _secret(self, tenant: str, receiver: Receiver) -> str:
        """One of the tenant's own goes before one of all. Raises NotSentError."""
        found = self._secrets.get(f"{tenant}/{receiver.secret}") or self._secrets.get(receiver.secret)
        if found is None or "/" in receiver.secret:
            raise NotSentError(
                f"There is no secret called {receiver.secret}: ask the operator to add it to MONITOR_ALERT_SECRETS."
            )
        try:
            return found.current()
        except ProviderError:
            raise NotSentError(f"The secret {receiver.secret} cannot be read: ask the operator.") from None


def senders_of(settings: MonitorSettings) -> Senders:
    """Raises CannotStartError."""
    secrets = {
        name: _read(f"The secret {name} of the setting MONITOR_ALERT_SECRETS", reference)
        for name, reference in settings.alert_secrets.items()
    }
    mail = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=_read("The setting MONITOR_SMTP_PASSWORD", settings.smtp_password),
        sender=settings.smtp_from,
    )
    return Senders(Webhooks(Wire(), settings.alert_private), secrets, mail)


def _read(what: str, reference: str) -> Secret:
    try:
        secret = Secret(reference)
    except SecretError as error:
        raise CannotStartError(f"{what} is wrong: {error}") from None
    secret.read_first(what)
    return secret
