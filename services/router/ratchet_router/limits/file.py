"""The limits file: what tenants, keys and users may spend and ask for. Read at the start, and anew at SIGHUP."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits

Table = tuple[str, ...]  # the names that lead to it


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
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The limits file {path} (setting ROUTER_LIMITS) cannot be read: {why}.") from error
    try:
        return understood(text)
    except ValueError as error:
        raise CannotStartError(
            f"The limits file {path} (setting ROUTER_LIMITS) is malformed: {error}. Correct it there."
        ) from error


def understood(text: str) -> LimitsFile:
    """Raises ValueError: tables are looked at one by one, so that the one that is wrong is named with its line."""
    found = tomllib.loads(text, parse_float=Decimal)
    for table, content in _tables(found):
        try:
            msgspec.convert(content, Limits)
        except msgspec.ValidationError as error:
            raise ValueError(f"{_place(text, table, str(error))}: {error}") from error
    return msgspec.convert(found, LimitsFile)


def _tables(found: Mapping[str, Any]) -> Iterator[tuple[Table, Any]]:
    """All that should be limits. What has another shape is left to the check of the whole."""
    tenants = found.get("tenants")
    named = tenants.items() if isinstance(tenants, dict) else ()
    for where, scheme in [(("default",), found.get("default")), *((("tenants", name), of) for name, of in named)]:
        for name, content in scheme.items() if isinstance(scheme, dict) else ():
            if name != "users":
                yield (*where, name), content
            elif isinstance(content, dict):
                yield from (((*where, name, user), limits) for user, limits in content.items())


def _place(text: str, table: Table, error: str) -> str:
    """The line of the field that the error names within the table, else of the table's head; both may be elsewhere."""
    dotted = r"\s*\.\s*".join(rf"[\"']?{re.escape(name)}[\"']?" for name in table)
    head = re.search(rf"^\s*\[\s*{dotted}\s*\]", text, re.MULTILINE)
    name = f"`{'.'.join(table)}`"
    if head is None:
        return name
    field = re.search(r"(?:field `|`\$\.)(\w+)`", error)
    line = re.compile(rf"^\s*{field[1]}\s*=", re.MULTILINE).search(text, head.end()) if field else None
    return f"line {text.count(chr(10), 0, (line or head).end()) + 1}, {name}"
