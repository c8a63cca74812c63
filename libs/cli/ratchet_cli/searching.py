"""`ratchet tune search`: several jobs with different hyper-parameters, of which the best is kept."""

import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_cli.router_calls import TO_BUILD_S, Router, under
from ratchet_cli.showing import console, short, show, usd
from ratchet_cli.tuning import bar, setting
from ratchet_cli.watching import left_by_ctrl_c, watched
from ratchet_common.errors import CannotStartError

SEARCHES: Final = "/api/models/searches"
POWER: Final = 10  # a range that is wider is drawn from by powers


def search(trainer: Router, body: Mapping[str, Any], *, wait: bool, as_json: bool) -> int:
    """0, or 1 where it was waited for and found none. Raises CannotStartError."""
    found = trainer.post(SEARCHES, body, TO_BUILD_S)
    if wait:
        its = found["search_id"]
        with left_by_ctrl_c(f"The search {its}", f"ratchet tune trials {its}"), bar() as shown:
            task = shown.add_task("searching", total=len(found["trials"]))
            path = under(SEARCHES, its)
            for seen in watched(trainer, path, lambda it: it["state"] != "running", answered_before=True):
                found = seen
                shown.update(task, completed=sum(t["loss"] is not None or t["stopped"] for t in found["trials"]))
    _show_search(found, as_json=as_json)
    return 0 if not wait or found["state"] == "succeeded" else 1


def show_search(trainer: Router, search_id: str, *, as_json: bool) -> None:
    _show_search(trainer.get(under(SEARCHES, search_id)), as_json=as_json)


def list_searches(trainer: Router, task_type: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": str(limit)} | ({"task_type": task_type} if task_type else {})
    found = trainer.get(f"{SEARCHES}?{urllib.parse.urlencode(asked)}")["items"]
    rows = [
        {
            "search": one["search_id"],
            "task": one["task_type"],
            "platform": f"{one['platform']} {one['base_model']}",
            "strategy": one["strategy"],
            "state": one["state"],
            "trials": len(one["trials"]),
            "may cost": usd(one["max_cost_usd"]),
            "version": one["version_id"],
            "made": short(one["created_at"]),
        }
        for one in found
    ]
    show(found, rows, "Searches", as_json=as_json)


def cancel_search(trainer: Router, search_id: str, *, as_json: bool) -> None:
    _show_search(trainer.post(under(SEARCHES, search_id, "/cancel"), {}), as_json=as_json)


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
