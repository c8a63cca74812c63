"""`ratchet tune search`: several jobs with different hyper-parameters, of which the best is kept."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, show
from ratchet_cli.tuning import FIRST_LOOK_S, LONGEST_LOOK_S, bar, setting
from ratchet_common.errors import CannotStartError

SEARCHES: Final = "/api/models/searches"
POWER: Final = 10  # a range that is wider is drawn from by powers


def search(trainer: Router, body: Mapping[str, Any], *, wait: bool, as_json: bool) -> int:
    """0, or 1 where it was waited for and found none. Raises CannotStartError."""
    found = trainer.post(SEARCHES, body)
    pause = FIRST_LOOK_S
    with bar() as shown:
        task = shown.add_task("searching", total=len(found["trials"]))
        while wait and found["state"] == "running":
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_S)
            found = trainer.get(f"{SEARCHES}/{found['search_id']}")
            shown.update(task, completed=sum(t["loss"] is not None or t["stopped"] for t in found["trials"]))
    _show_search(found, as_json=as_json)
    return 0 if not wait or found["state"] == "succeeded" else 1


def show_search(trainer: Router, search_id: str, *, as_json: bool) -> None:
    _show_search(trainer.get(f"{SEARCHES}/{search_id}"), as_json=as_json)


def space_of(given: Sequence[str]) -> dict[str, object]:
    """`epochs=1,2,3` are values, `learning_rate=1e-5..1e-3` is a range. Raises CannotStartError."""
    return dict(_axis(one) for one in given)


def _axis(given: str) -> tuple[str, object]:
    name, _, values = given.partition("=")
    least, dots, most = values.partition("..")
    try:
        if dots:
            ends = {"least": float(least), "most": float(most)}
            return name.strip(), ends | {"log": ends["least"] > 0 and ends["most"] / ends["least"] >= POWER}
        return name.strip(), [setting(f"{name}={value}")[1] for value in values.split(",")]
    except ValueError:
        raise CannotStartError(f"--try {given} is no range: write it as --try learning_rate=1e-5..1e-3.") from None


def _show_search(search: Mapping[str, Any], *, as_json: bool) -> None:
    rows = [
        {
            "trial": place,
            "hyper-parameters": trial["hyperparameters"],
            "loss on validation": trial["loss"],
            "": "the best" if place == search["best"] else "ended early" if trial["stopped"] else "",
            "job": trial["job_id"],
        }
        for place, trial in enumerate(search["trials"], 1)
    ]
    show(search, rows, f"Search {search['search_id']}: {search['state']}", as_json=as_json)
    if not as_json and search["reason"]:
        console().print(f"{search['reason']} {search['version_id'] or ''}", markup=False, highlight=False)
