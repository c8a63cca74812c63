"""The limits file: what tenants, keys and users may spend and ask for. Read at the start, and anew at SIGHUP."""

import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits
from ratchet_common.toml_checks import MisplacedError, converted


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`each_key`: a key whose row in the tokens file has no limits. `each_user`: a user whom `users` does not name."""

    tenant: Limits | None = None
    each_key: Limits | None = None
    each_user: Limits | None = None
    users: dict[str, Limits] = {}


NO_SCHEME = Scheme()


class LimitsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table that a tenant has takes the place of the default's; one that it lacks is the default's."""

    default: Scheme = NO_SCHEME
    tenants: dict[str, Scheme] = {}

    def of_tenant(self, tenant: str) -> Limits | None:
        own = self.tenants.get(tenant)
        return (own.tenant if own else None) or self.default.tenant

    def of_key(self, tenant: str) -> Limits | None:
        own = self.tenants.get(tenant)
        return (own.each_key if own else None) or self.default.each_key

    def of_user(self, tenant: str, user: str) -> Limits | None:
        own = self.tenants.get(tenant, NO_SCHEME)
        return own.users.get(user) or self.default.users.get(user) or own.each_user or self.default.each_user


NO_LIMITS = LimitsFile()


def read_limits(path: Path | None) -> LimitsFile:
    """Raises CannotStartError with a sentence that names the table and the line that is wrong. No file: no limits."""
    if path is None:
        return NO_LIMITS
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The limits file {path} (setting ROUTER_LIMITS) cannot be read: {why}.") from error
    try:
        return understood(text)
    except ValueError as error:
        why = error.placed(text) if isinstance(error, MisplacedError) else str(error)
        raise CannotStartError(
            f"The limits file {path} (setting ROUTER_LIMITS) is malformed: {why}. Correct it there."
        ) from error


def understood(text: str) -> LimitsFile:
    """Raises MisplacedError, TOMLDecodeError."""
    return converted(tomllib.loads(text, parse_float=Decimal), LimitsFile)
