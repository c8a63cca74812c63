"""`ratchet report`: what a person should look at, of a day, week, month or quarter."""

import json
import sys
import urllib.parse
from pathlib import Path
from typing import Final

from rich.console import Console

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError

REPORTS: Final = "/api/models/reports"
FORMATS: Final = {".html": "html", ".md": "md", ".json": "json"}
KNOWN: Final = frozenset(FORMATS.values())


def report(monitor: Router, rhythm: str, at: str, kind: str, out: Path | None, *, as_json: bool) -> None:
    """On the standard output, or into a file. Raises CannotStartError."""
    if as_json and (other := kind or (FORMATS.get(out.suffix, "") if out else "")) not in ("", "json"):
        raise CannotStartError(
            f"--json contradicts {f'--format {kind}' if kind else out}, which is {other}: leave one out."
        )
    kind = "json" if as_json else kind or _by_name(out)
    if kind not in KNOWN:
        raise CannotStartError(f"There is no format {kind}: it is one of {', '.join(sorted(KNOWN))}.")
    asked = {"format": kind} | ({"at": at} if at else {})
    content = monitor.read(f"{REPORTS}/{rhythm}?{urllib.parse.urlencode(asked)}")
    if kind == "json":
        content = _indented(content)
    if out is None:
        sys.stdout.write(shown_safely(content.decode()))
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise CannotStartError(f"The file {out} cannot be written: {error.strerror}.") from None
    Console(stderr=True).print(f"Wrote {out}.", markup=False, highlight=False)


def _indented(content: bytes) -> bytes:
    """Raises CannotStartError."""
    try:
        return (json.dumps(json.loads(content), indent=2) + "\n").encode()
    except ValueError:
        raise CannotStartError(
            "The answer is no JSON, so it is not the monitor's: see which service answers at this address."
        ) from None


def _by_name(out: Path | None) -> str:
    """Raises CannotStartError."""
    if out is None:
        return "md"
    if out.suffix not in FORMATS:
        raise CannotStartError(f"The file {out} ends in none of {', '.join(FORMATS)}: name it so, or say --format.")
    return FORMATS[out.suffix]
