"""`ratchet eval list|show|compare|report|cancel`: tables for people, JSON for scripts."""

import json
import sys
import urllib.parse
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich.console import Console

from ratchet_cli.evaluations import tables
from ratchet_cli.evaluations.tables import Fields
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError

EVALUATIONS: Final = "/api/models/evaluations"
FORMATS: Final = {".html": "html", ".md": "md", ".json": "json"}
IN_A_FILE: Final = 180  # characters a line, where no terminal says how wide it is


def listed(trainer: Router, version: str, task_type: str, limit: int, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    asked = {"limit": str(limit), "version_id": version, "task_type": task_type}
    query = urllib.parse.urlencode({name: value for name, value in asked.items() if value})
    found = trainer.get(f"{EVALUATIONS}?{query}")["items"]
    if as_json:
        return _json(found)
    return _console().print(tables.overview(found))


def shown(trainer: Router, evaluation_id: UUID, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    evaluation(trainer.get(f"{EVALUATIONS}/{evaluation_id}"), as_json=as_json)


def cancelled(trainer: Router, evaluation_id: UUID, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    evaluation(trainer.post(f"{EVALUATIONS}/{evaluation_id}/cancel", {}), as_json=as_json)


def compared(trainer: Router, before: UUID, after: UUID, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    found = trainer.get(f"{EVALUATIONS}/compare?a={before}&b={after}")
    if as_json:
        return _json(found)
    return tables.print_comparison(found, _console())


def written(trainer: Router, evaluation_id: UUID, output: Path, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    kind = FORMATS.get(output.suffix)
    if kind is None:
        raise CannotStartError(f"The file {output} ends in none of {', '.join(FORMATS)}: by that its format is chosen.")
    content = trainer.read(f"{EVALUATIONS}/{evaluation_id}/report?format={kind}")
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CannotStartError(f"The file {output} cannot be written: {error.strerror}.") from None
    if as_json:
        _json({"evaluation_id": str(evaluation_id), "format": kind, "file": str(output)})
    else:
        Console(stderr=True).print(f"Wrote {output}.", markup=False, highlight=False)


def evaluation(found: Fields, *, as_json: bool) -> None:
    return _json(found) if as_json else tables.print_evaluation(found, _console())


def _json(found: Any) -> None:
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def _console() -> Console:
    """What is shown came from elsewhere: brackets and colons in it mean nothing."""
    return Console(width=None if sys.stdout.isatty() else IN_A_FILE, markup=False, emoji=False)
