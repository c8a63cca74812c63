"""`ratchet data import`: a file of examples goes to the trainer in parts; sent again, nothing is taken twice."""

import codecs
import json
import sys
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError

PATH: Final = "/api/models/examples/import"
LINES: Final = 200  # in one request: they are scrubbed while it waits
BYTES: Final = 1024 * 1024
PATIENCE_S: Final = 300  # for one of them: right after a start, or beside much else, scrubbing takes long
LONGEST_LINE: Final = 3 * 1024 * 1024  # the longest document that the API takes, each letter escaped
TOLD: Final = 20
TOO_LONG: Final[dict[str, Any]] = {
    "lines": 1,
    "already_there": 0,
    "refused": 1,
    "examples": [],
    "faults": [{"line": 1, "reason": f"it is longer than {LONGEST_LINE} bytes, and an example is shorter."}],
}


@dataclass(slots=True)
class Total:
    """Of all parts; `faults` count lines of the whole file. `seen`: what a dry run would have taken by now. Nothing of
    it is there when the next part is looked at, and what says the same is one.
    """

    lines: int = 0
    taken: int = 0
    already_there: int = 0
    refused: int = 0
    by_task: Counter[str] = field(default_factory=Counter)
    pii_found: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, Any]] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)

    def add(self, part: dict[str, Any]) -> None:
        self.faults += [{**fault, "line": self.lines + fault["line"]} for fault in part["faults"]]
        self.lines += part["lines"]
        self.already_there += part["already_there"]
        self.refused += part["refused"]
        for example in part["examples"]:
            self._take(example)

    def _take(self, example: dict[str, Any]) -> None:
        which = UUID(example["example_id"]).bytes
        if which in self.seen:
            self.already_there += 1
            return
        self.seen.add(which)
        self.taken += 1
        self.by_task[example["task_type"]] += 1
        self.pii_found.update(example["pii"])


def import_examples(file: Path, trainer: Router, task_type: str, *, dry_run: bool, as_json: bool) -> int:
    """0, or 1 where a line was refused. Raises CannotStartError."""
    said = {"dry_run": str(dry_run).lower()} | ({"task_type": task_type} if task_type else {})
    path = f"{PATH}?{urllib.parse.urlencode(said)}"
    total = Total()
    try:
        with file.open("rb") as lines, progress_bar() as bar:
            task = bar.add_task("Looking" if dry_run else "Sending", total=file.stat().st_size)
            for part in parts(lines):
                total.add(trainer.send(path, part, "application/jsonl", PATIENCE_S) if part else TOO_LONG)
                bar.update(task, completed=lines.tell())
    except OSError as error:
        raise CannotStartError(f"The file {file} cannot be read: {error.strerror}.") from None
    if as_json:
        sys.stdout.write(json.dumps(_as_dict(total, dry_run=dry_run), indent=2) + "\n")
    elif not total.lines:
        sys.stdout.write(f"The file {shown_safely(str(file))} has no lines: there is nothing to take.\n")
    else:
        _show(total, dry_run=dry_run)
    return 1 if total.refused else 0


def parts(lines: IO[bytes], *, at_once: int = LINES) -> Iterator[bytes]:
    """Whole lines together, as many as one request takes; an empty part stands for a line that none takes."""
    part: list[bytes] = []
    size = 0
    for line in _whole(lines):
        if part and (line is None or len(part) == at_once or size + len(line) > BYTES):
            yield b"".join(part)
            part, size = [], 0
        if line is None:
            yield b""
        else:
            part.append(line)
            size += len(line)
    if part:
        yield b"".join(part)


def _whole(lines: IO[bytes]) -> Iterator[bytes | None]:
    """Without a mark of the byte order at the beginning. None: a line that is too long, which is read over."""
    first = True
    while line := lines.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = lines.readline(LONGEST_LINE)
            yield None
        else:
            yield line.removeprefix(codecs.BOM_UTF8) if first else line
        first = False


def progress_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _as_dict(total: Total, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "lines": total.lines,
        "taken": total.taken,
        "already_there": total.already_there,
        "refused": total.refused,
        "by_task": dict(sorted(total.by_task.items())),
        "pii_found": dict(sorted(total.pii_found.items())),
        "faults": total.faults,
    }


def _show(total: Total, *, dry_run: bool) -> None:
    console = Console()
    table = Table("examples", "", title="What would be taken" if dry_run else "What was taken", box=None)
    for task, count in sorted(total.by_task.items()):
        table.add_row(task, f"{count:,}")
    table.add_row("there already", f"{total.already_there:,}")
    table.add_row("refused", f"{total.refused:,}")
    for kind, count in sorted(total.pii_found.items()):
        table.add_row(f"private data: {kind}", f"{count:,}")
    console.print(table)
    for fault in total.faults[:TOLD]:
        console.print(f"line {fault['line']}: {fault['reason']}", markup=False, highlight=False)
    if total.refused > TOLD:
        console.print(f"{total.refused - TOLD:,} further lines were refused; --json lists them all.")
