"""`ratchet feedback import`: a file of what people said goes to the service in parts; sent again, nothing changes."""

import json
import sys
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ratchet_cli.importing import LINES, LONGEST_LINE, PATIENCE_S, parts, progress_bar
from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, table
from ratchet_common.errors import CannotStartError

PATH: Final = "/api/models/feedback/import"
AGAIN: Final = "Send the file again: what is kept counts once."
TOO_LONG: Final[dict[str, Any]] = {
    "lines": 1,
    "kept": 0,
    "pending": 0,
    "refused": 1,
    "faults": [{"line": 1, "reason": f"it is longer than {LONGEST_LINE} bytes, and what can be said is shorter."}],
}


@dataclass(slots=True)
class Total:
    """Of all parts; `faults` count lines of the whole file."""

    lines: int = 0
    kept: int = 0
    pending: int = 0
    refused: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)

    def add(self, part: dict[str, Any]) -> None:
        self.faults += [{**fault, "line": self.lines + fault["line"]} for fault in part["faults"]]
        self.lines += part["lines"]
        self.kept += part["kept"]
        self.pending += part["pending"]
        self.refused += part["refused"]


def import_feedback(file: Path, gateway: Router, *, dry_run: bool, as_json: bool) -> int:
    """0, or 1 where a line was refused, or not all of the file could be sent. Raises CannotStartError."""
    path = f"{PATH}?{urllib.parse.urlencode({'dry_run': str(dry_run).lower()})}"
    total, broken_off = Total(), ""
    try:
        with file.open("rb") as lines, progress_bar() as bar:
            task = bar.add_task("Looking" if dry_run else "Sending", total=file.stat().st_size)
            for part in parts(lines, at_once=LINES * 5):
                total.add(gateway.send(path, part, "application/jsonl", PATIENCE_S) if part else TOO_LONG)
                bar.update(task, completed=lines.tell())
    except OSError as error:
        raise CannotStartError(f"The file {file} cannot be read: {error.strerror}.") from None
    except CannotStartError as error:
        if not total.lines:
            raise
        broken_off = f"{error} Nothing is known of what comes after line {total.lines:,}. {AGAIN}"
    found = {
        "dry_run": dry_run,
        "lines": total.lines,
        "kept": total.kept,
        "pending": total.pending,
        "refused": total.refused,
        "faults": total.faults,
        "broken_off": broken_off,
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(total, dry_run=dry_run)
        if broken_off:
            console().print(broken_off, highlight=False)
    return 1 if total.refused or broken_off else 0


def _show(total: Total, *, dry_run: bool) -> None:
    """Each line that was refused, however many: it can be mended by this alone."""
    row: dict[str, object] = {"lines": total.lines, "would be kept" if dry_run else "kept": total.kept}
    if not dry_run:
        row["of them waiting for their answers"] = total.pending
    console().print(table([row | {"refused": total.refused}], "Feedback"))
    for fault in total.faults:
        console().print(f"line {fault['line']}: {fault['reason']}", highlight=False)
