"""Settings from one file (RATCHET_CONFIG, TOML): the tables of the services, and `common` for what all share.

The environment goes before the file. Secrets stand in it as references: `env:NAME` or `file:path`.
"""

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from ratchet_common.errors import CannotStartError
from ratchet_common.toml_lines import Lines

VARIABLE: Final = "RATCHET_CONFIG"
COMMON: Final = "common"
TABLES: Final = (COMMON, "router", "feedback", "trainer", "monitor")
SECRETS: Final = frozenset({"kafka_password", "otel_exporter_otlp_headers"})


class ConfigFile:
    """What one service finds in it. `of(name)` says where a setting stands, for sentences."""

    def __init__(self, path: Path, text: str, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._path, self._text, self._tables = path, text, tables

    def values(self, service: str, known: Collection[str]) -> dict[str, Any]:
        """Raises CannotStartError for a setting that is unknown, and for a secret that is no reference."""
        found: dict[str, Any] = {}
        for table in (COMMON, service):
            for name, value in self._tables.get(table, {}).items():
                if name in known:
                    found[name] = self._revealed(table, name, value) if name in SECRETS else value
                elif service:  # else only a few of the settings are wanted
                    raise CannotStartError(f"{self._line(table, name)} sets {name}, {_guess(name, known)}")
        return found

    def of(self, service: str, name: str) -> str:
        table = service if name in self._tables.get(service, {}) else COMMON
        return self._line(table, name)

    def _line(self, table: str, name: str) -> str:
        line = Lines(self._text).of((table, name))
        return f"The file {self._path} (setting {VARIABLE}), line {line}, [{table}]"

    def _revealed(self, table: str, name: str, value: object) -> str:
        kind, _, where = str(value).partition(":")
        if kind == "env" and where in os.environ:
            return os.environ[where]
        if kind == "file" and Path(where).is_file():
            return Path(where).read_text(encoding="utf-8-sig").strip()
        raise CannotStartError(
            f"{self._line(table, name)}: {name} is a secret and is named there, not written: "
            "use env:NAME of a variable that is set, or file:path of a file that is there."
        )


def read_config() -> ConfigFile | None:
    """That which RATCHET_CONFIG names, if it names one. Raises CannotStartError."""
    name = os.environ.get(VARIABLE, "")
    if not name:
        return None
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The file {path} (setting {VARIABLE}) cannot be read: {why}.") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotStartError(f"The file {path} (setting {VARIABLE}) is no TOML: {error}.") from None
    wrong = next((name for name, table in tables.items() if name not in TABLES or not isinstance(table, dict)), None)
    if wrong is not None:
        line = Lines(text).of((wrong,))
        raise CannotStartError(
            f"The file {path} (setting {VARIABLE}), line {line}, has no place for {wrong}: "
            f"there are the tables {', '.join(TABLES)}."
        )
    return ConfigFile(path, text, tables)


def _guess(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"which no setting is called: did you mean {near[0]}?" if near else "which no setting is called: remove it."
