"""A provider's key is a reference to a secret: `env:NAME`, or `file:PATH`, which is read again when it changes."""

import os
import time
from pathlib import Path
from typing import Final

from ratchet_common.errors import CannotStartError
from ratchet_providers.failing import ProviderError

LOOK_EVERY_S: Final = 2.0


class SecretError(Exception):
    """A sentence: what is wrong with the secret that a reference names, never the secret."""


class Secret:
    """What the reference stands for now. An empty reference is an empty secret."""

    def __init__(self, reference: str) -> None:
        kind, _, name = reference.partition(":")
        if reference and (kind not in ("env", "file") or not name):
            raise SecretError("a key in it is no reference to a secret: write env:NAME or file:PATH.")
        self.reference = reference
        self._kind, self._name = kind, name
        self._value, self._looked, self._changed = "", 0.0, -1

    def current(self) -> str:
        """Looks at a file at most every two seconds. Raises ProviderError where it can be read no more."""
        now = time.monotonic()
        if self._kind == "file" and now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            try:
                self._read()
            except SecretError as error:
                if not self._value:
                    raise ProviderError("unauthorized", str(error)) from None
        return self._value

    def read_first(self, what_for: str) -> None:
        """Raises CannotStartError naming what needs the secret."""
        try:
            self._read()
        except SecretError as error:
            raise CannotStartError(f"{what_for} needs a key: {error}") from None

    def read(self) -> str:
        """What it stands for at this moment, looked up anew. Raises SecretError."""
        self._read()
        return self._value

    def forget(self) -> None:
        """The provider refused it: the next `current` looks again, whenever that is."""
        self._looked = 0.0

    def _read(self) -> None:
        if self._kind == "env":
            self._value = self._checked(os.environ.get(self._name, ""), f"the environment variable {self._name}")
        elif self._kind == "file":
            self._read_file()

    def _read_file(self) -> None:
        path = Path(self._name)
        try:
            changed = path.stat().st_mtime_ns
            if changed != self._changed:
                self._value = self._checked(path.read_text(encoding="utf-8-sig"), f"the file {path}")
                self._changed = changed
        except OSError as error:
            raise SecretError(f"the file {path} cannot be read ({error.strerror}): put it there.") from None
        except UnicodeDecodeError:
            raise SecretError(f"the file {path} is no text: write the key alone into it.") from None

    def _checked(self, value: str, where: str) -> str:
        key = value.strip()
        if not key:
            raise SecretError(f"{where} is not set or empty: set it.")
        if not (key.isascii() and key.isprintable()):
            raise SecretError(f"{where} holds characters that no header may hold: set it anew.")
        return key
