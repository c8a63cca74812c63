"""`ratchet eval run`: a suite is brought, an evaluation asked for, and waited for."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ratchet_cli.evaluations import showing
from ratchet_cli.router_calls import Router
from ratchet_cli.watching import left_by_ctrl_c, watched
from ratchet_common.errors import CannotStartError

EVALUATIONS: Final = "/api/models/evaluations"
SUITES: Final = "/api/models/suites"
SUITE_ID: Final = re.compile(r"[a-z0-9._-]{1,64}-[0-9a-f]{12}")
SCRUBBING_S: Final = 300.0  # all cases of a suite, while it is brought
OPEN: Final = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Wanted:
    version: str = ""
    model: str = ""
    baseline: str = ""
    baseline_model: str = ""
    draws: int = 1
    paraphrases: bool = False
    judge: bool | None = None
    max_cost: float | None = None

    def body(self) -> dict[str, Any]:
        given = {
            "version_id": self.version or None,
            "model": self.model or None,
            "baseline_version_id": self.baseline or None,
            "baseline_model": self.baseline_model or None,
            "judge": self.judge,
            "max_cost_usd": self.max_cost,
        }
        return {"draws": self.draws, "paraphrases": self.paraphrases} | {
            name: value for name, value in given.items() if value is not None
        }


def run(
    suite: str, dataset: str, wanted: Wanted, trainer: Router, *, wait: bool, at_least: float, as_json: bool
) -> int:
    """0; 1 where it was waited for, and failed or scored too low. Raises CannotStartError."""
    if bool(suite) == bool(dataset):
        raise CannotStartError("Name what it is evaluated on: a suite, or a dataset with --dataset.")
    if bool(wanted.version) == bool(wanted.model):
        raise CannotStartError("Name what is evaluated: one of --version and --model.")
    on = {"dataset_id": dataset} if dataset else material(suite, trainer)
    asked = trainer.post(EVALUATIONS, wanted.body() | on)
    found = followed(asked, trainer) if wait else asked
    showing.evaluation(found, as_json=as_json)
    if not wait:
        return 0
    return 0 if found["state"] == "succeeded" and found["benchmark_score"] >= at_least else 1


def material(suite: str, trainer: Router) -> dict[str, str]:
    """A file is brought first; else it is the id of one that was. Raises CannotStartError."""
    path = Path(suite)
    if path.is_file():
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CannotStartError(f"The file {path} cannot be read: {error.strerror}.") from None
        return {"suite": trainer.send(SUITES, content, "application/json", SCRUBBING_S)["suite_id"]}
    if not SUITE_ID.fullmatch(suite):
        raise CannotStartError(f"{suite} is no file here, and no id of a suite: write its path.")
    return {"suite": suite}


def followed(asked: dict[str, Any], trainer: Router) -> dict[str, Any]:
    """Until it has ended. Raises CannotStartError."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    its = asked["evaluation_id"]
    shown = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with left_by_ctrl_c(f"The evaluation {its}", f"ratchet eval show {its}"), shown as bar:
        task = bar.add_task("Asking", total=asked["cases"])
        path = f"{EVALUATIONS}/{its}"
        for asked in watched(trainer, path, lambda found: found["state"] not in OPEN, answered_before=True):
            bar.update(task, completed=asked["done"])
    return asked
