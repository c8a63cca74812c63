"""Who calls: opaque bearer tokens, kept as hashes, each with its tenant, its scopes and its end."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from ratchet_common import request_log
from ratchet_common.errors import CannotStartError, RefusedError
from ratchet_common.limits import Limits


class Scope(StrEnum):
    GENERATE = "generate"  # have requests answered
    FEEDBACK = "feedback"  # say what answers were worth
    READ = "read"  # look at numbers, versions, jobs
    OPERATE = "operate"  # change what serves: versions, traffic, jobs, caches


class NoTokenError(RefusedError):
    status = 401
    type = "unauthorized"
    title = "The bearer token is missing, unknown or has expired"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": "Bearer"}


class ScopeMissingError(RefusedError):
    status = 403
    type = "forbidden"
    title = "The token lacks a scope"


class Caller(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One row of the tokens file. `sha256` is the hex digest of the token; `limits` hold for this key alone."""

    sha256: str
    tenant: str
    scopes: frozenset[Scope]
    name: str = ""
    expires: datetime | None = None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    by_digest: dict[str, Caller]

    def caller(self, token: str) -> Caller:
        found = self.by_digest.get(hashlib.sha256(token.encode()).hexdigest())
        if found is None:
            raise NoTokenError("Nobody is known by this bearer token: make one with `ratchet token create`.")
        if found.expires is not None and found.expires <= datetime.now(UTC):
            raise NoTokenError(f"This token expired at {found.expires.isoformat()}: make a new one.")
        return found


def read_tokens(path: Path) -> Tokens:
    """Raises CannotStartError with a sentence when the file is missing or malformed."""
    try:
        raw = path.read_bytes()
        rows = msgspec.json.decode(raw, type=list[Caller])
    except OSError as error:
        raise CannotStartError(
            f"The tokens file {path} (setting TOKENS_FILE) cannot be read ({error.strerror}): "
            f"make one with `ratchet token create --tokens-file {path}`."
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotStartError(
            f"The tokens file {path} (setting TOKENS_FILE) is malformed{_line(raw)}: {error}."
        ) from error
    naive = [row.name or row.sha256[:8] for row in rows if row.expires is not None and row.expires.tzinfo is None]
    if naive:
        raise CannotStartError(f"In the tokens file {path} the end of {naive[0]} has no time zone: write it with Z.")
    return Tokens({row.sha256: row for row in rows})


def _line(raw: bytes) -> str:
    """Where JSON ends to be any; where it is some, the error says which entry is wrong."""
    try:
        json.loads(raw)
    except json.JSONDecodeError as error:
        return f" in line {error.lineno}"
    except UnicodeDecodeError as error:
        return f" in line {len(raw[: error.start].splitlines())}"
    return ""


def new_token(
    tenant: str,
    scopes: frozenset[Scope],
    *,
    name: str = "",
    valid: timedelta | None = None,
    limits: Limits | None = None,
) -> tuple[str, Caller]:
    """A fresh token, to be shown once, and the row to keep."""
    token = "rk_" + secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    return token, Caller(digest, tenant, scopes, name, datetime.now(UTC) + valid if valid else None, limits)


def write_tokens(path: Path, callers: list[Caller]) -> None:
    path.write_text(json.dumps(msgspec.to_builtins(callers, order="deterministic"), indent=2) + "\n")
    path.chmod(0o600)


_bearer = HTTPBearer(auto_error=False, description="A token made by `ratchet token create`")


def identify(request: Request) -> Caller:
    """The caller by the Authorization header, or by those that Anthropic's and Azure's clients send in its place.

    Raises NoTokenError.
    """
    headers = request.headers
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        token = headers.get("x-api-key") or headers.get("api-key") or ""
    if not token:
        raise NoTokenError("The request has no bearer token: send `Authorization: Bearer <token>`.")
    tokens: Tokens = request.app.state.tokens
    caller = tokens.caller(token.strip())
    if (line := request_log.current()) is not None:
        line.tenant, line.key = caller.tenant, caller.name
    return caller


def authorise(request: Request, scope: Scope) -> Caller:
    """Raises NoTokenError or ScopeMissingError."""
    caller = identify(request)
    if scope not in caller.scopes:
        raise ScopeMissingError(f"This token lacks the scope {scope}: ask for one that has it.", scope=str(scope))
    return caller


def needs(scope: Scope) -> Any:
    """A FastAPI dependency that gives the Caller, for `caller: Annotated[Caller, needs(Scope.READ)]`."""

    async def dependency(request: Request, _: Annotated[Any, Depends(_bearer)]) -> Caller:
        return authorise(request, scope)

    return Depends(dependency)


MayGenerate = Annotated[Caller, needs(Scope.GENERATE)]
MayGiveFeedback = Annotated[Caller, needs(Scope.FEEDBACK)]
MayRead = Annotated[Caller, needs(Scope.READ)]
MayOperate = Annotated[Caller, needs(Scope.OPERATE)]
