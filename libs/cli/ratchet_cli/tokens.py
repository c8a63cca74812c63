"""`ratchet token create`."""

import sys
from datetime import timedelta
from pathlib import Path

import msgspec

from ratchet_common.auth import Scope, new_token, read_tokens, write_tokens
from ratchet_common.errors import CannotStartError
from ratchet_common.limits import Limits


def limits_of(given: list[str]) -> Limits | None:
    """From `name=value`, several. Raises CannotStartError with a sentence."""
    try:
        return msgspec.convert(dict(one.split("=", 1) for one in given), Limits, strict=False) if given else None
    except ValueError as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else "it is not of the form name=value"
        raise CannotStartError(
            f"A limit is wrong: {why}. Write it as day_usd=5; {', '.join(Limits.__struct_fields__)} are known."
        ) from error


def create_token(
    tenant: str, scopes: list[str], *, name: str, days: int | None, limits: Limits | None = None, path: Path
) -> None:
    unknown = sorted(set(scopes) - set(Scope))
    if unknown:
        raise CannotStartError(f"There is no scope {unknown[0]}: take {', '.join(Scope)}.")
    if not tenant.strip() or tenant == "*":
        raise CannotStartError("A token needs a tenant: a name that is neither empty nor *.")
    there = list(read_tokens(path).by_digest.values()) if path.exists() else []
    chosen = frozenset(Scope(s) for s in scopes) or frozenset(Scope)
    token, row = new_token(tenant, chosen, name=name, valid=timedelta(days=days) if days else None, limits=limits)
    try:
        write_tokens(path, [*there, row])
    except OSError as error:
        raise CannotStartError(f"The tokens file {path} cannot be written: {error.strerror}.") from error
    sys.stdout.write(f"{token}\n")
    sys.stderr.write(f"Kept as a hash in {path}; the token itself is shown only here.\n")
