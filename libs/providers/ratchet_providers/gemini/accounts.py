"""Whose tokens: a service account's key in a file or variable, or what the machine itself is given."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import google.auth
import msgspec
import urllib3
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.urllib3 import Request
from google.oauth2 import service_account

SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)
_key = msgspec.json.Decoder(dict[str, Any])


class AccountError(Exception):
    """A sentence: what is wrong with the account that a reference names, never its key."""


def account_named(reference: str) -> Callable[[], Credentials]:
    """`file:PATH` or `env:NAME` of a service account's key, as Google gives it (JSON); or nothing: what Google's
    libraries find here (GOOGLE_APPLICATION_CREDENTIALS, workload identity, the machine's own account).

    Raises AccountError for another reference; what it returns raises it where there is no account.
    """
    kind, _, name = reference.partition(":")
    if not reference:
        return _of_here
    if kind == "file" and name:
        return lambda: _of_key(_read(Path(name)), f"the file {name}")
    if kind == "env" and name:
        return lambda: _of_key(os.environ.get(name, "").encode(), f"the environment variable {name}")
    raise AccountError(f"{reference[:20]} is no reference to a service account's key: write file:PATH or env:NAME.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AccountError(f"the file {path} cannot be read ({error.strerror}): put the key there.") from None


def _of_key(key: bytes, where: str) -> Credentials:
    try:
        found: Credentials = service_account.Credentials.from_service_account_info(_key.decode(key), scopes=SCOPES)
    except (GoogleAuthError, ValueError):  # also what is no JSON
        raise AccountError(f"{where} holds no service account's key: download one as JSON for it.") from None
    return found


def _of_here() -> Credentials:
    try:
        with urllib3.PoolManager(retries=False) as pool:
            found, _ = google.auth.default(scopes=SCOPES, request=Request(pool))
    except GoogleAuthError:
        raise AccountError(
            "no credentials of Google's are found on this machine: name a service account's key, or set "
            "GOOGLE_APPLICATION_CREDENTIALS."
        ) from None
    return found
