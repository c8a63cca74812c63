"""`ratchet tune`: training jobs, asked for, followed and ended."""

import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import TO_BUILD_S, Router, under
from ratchet_cli.showing import console, details, short, show, usd
from ratchet_cli.watching import left_by_ctrl_c, watched
from ratchet_common.errors import CannotStartError

JOBS: Final = "/api/models/jobs"
ENDED: Final = ("succeeded", "failed", "cancelled")


def wish(
    task_type: str,
    platform: str,
    base_model: str,
    method: str,
    dataset_id: str,
    settings: Sequence[str],
    max_cost_usd: float | None,
) -> dict[str, Any]:
    """The body of a job. `settings`: hyper-parameters as epochs=3. Raises CannotStartError."""
    given: dict[str, Any] = {
        "task_type": task_type,
        "platform": platform,
        "base_model": base_model,
        "method": method,
        "dataset_id": dataset_id,
        "hyperparameters": dict(setting(one) for one in settings),
    }
    return given if max_cost_usd is None else given | {"max_cost_usd": max_cost_usd}


def start(trainer: Router, body: Mapping[str, Any], *, wait: bool, as_json: bool) -> int:
    """0, or 1 where it was waited for and did not succeed. Raises CannotStartError."""
    job = trainer.post(JOBS, body, TO_BUILD_S)
    if wait:
        return follow(trainer, job["job_id"], as_json=as_json, answered_before=True)
    _show_job(job, as_json=as_json)
    return 0


def estimate(trainer: Router, body: Mapping[str, Any], *, as_json: bool) -> None:
    found = trainer.post(f"{JOBS}/estimate", body, TO_BUILD_S)
    its = found["estimate"]
    row = {
        "dataset": found["dataset_id"],
        "examples": its["examples"],
        "left out": its["left_out"],
        "tokens": its["tokens"],
        "epochs": its["epochs"],
        "price": usd(its["cost_usd"]),
        "hyper-parameters": found["hyperparameters"],
    }
    show(found, [row], "What it would be", as_json=as_json)


def list_jobs(trainer: Router, task_type: str, state: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": str(limit)} | {k: v for k, v in (("task_type", task_type), ("state", state)) if v}
    found = trainer.get(f"{JOBS}?{urllib.parse.urlencode(asked)}")
    show(found["items"], [_row(job) for job in found["items"]], "Jobs", as_json=as_json)
    if not as_json:
        for job in found["items"]:
            _say_why(job, f"{job['job_id']}: ")


def show_job(trainer: Router, job_id: str, *, as_json: bool) -> None:
    _show_job(trainer.get(under(JOBS, job_id)), as_json=as_json)


def cancel(trainer: Router, job_id: str, *, as_json: bool) -> None:
    _show_job(trainer.post(under(JOBS, job_id, "/cancel"), {}), as_json=as_json)


def show_events(trainer: Router, job_id: str, *, as_json: bool) -> None:
    found = trainer.get(under(JOBS, job_id, "/events"))["items"]
    rows = [{"at": short(one["at"]), "": one["level"], "what": one["message"]} for one in found]
    show(found, rows, "What the platform says", as_json=as_json)


def show_base_models(trainer: Router, platform: str, *, as_json: bool) -> None:
    found = [m for m in trainer.get("/api/models/base-models")["items"] if platform in ("", m["platform"])]
    rows = [
        {
            "platform": model["platform"],
            "base model": model["name"],
            "methods": ", ".join(model["methods"]),
            "examples": f"{model['least_examples']:,} to {model['most_examples']:,}",
            "$ per million tokens": model["usd_per_million_tokens"],
            "takes jobs until": model["jobs_until"] if model["takes_jobs"] else f"past: take {model['successor']}",
        }
        for model in found
    ]
    show(found, rows, "What can be tuned", as_json=as_json)


def follow(trainer: Router, job_id: str, *, as_json: bool, answered_before: bool = False) -> int:
    """Until it ends, with a bar. 0 where it succeeded, else 1. Raises CannotStartError."""
    job: dict[str, Any] = {}
    path = under(JOBS, job_id)
    with left_by_ctrl_c(f"The job {job_id}", f"ratchet tune wait {job_id}"), bar() as shown:
        task = shown.add_task("queued", total=1.0)
        for job in watched(trainer, path, lambda found: found["state"] in ENDED, answered_before=answered_before):
            said = shown_safely(f"{job['state']} {job['reason']}".strip())
            shown.update(task, completed=job["progress"], description=escape(said[:100]))
    _show_job(job, as_json=as_json)
    return 0 if job["state"] == "succeeded" else 1


def _show_job(job: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        details(job, "", as_json=True)
        return
    show(job, [_row(job)], f"Job {job['job_id']}", as_json=False)
    steps = [{"at": short(s["at"]), "state": s["state"], "why": s["reason"]} for s in job["history"]]
    show(job, steps, "How it came to be so", as_json=False)
    if job["tuned"]:
        console().print(f"What came out: {job['tuned']}", markup=False, highlight=False, soft_wrap=True)
    _say_why(job)


def _say_why(job: Mapping[str, Any], whose: str = "") -> None:
    """Below the table: a sentence has no place in a column."""
    if job["reason"]:
        console().print(shown_safely(f"{whose}{job['reason']}"), markup=False, highlight=False, soft_wrap=True)


def _row(job: Mapping[str, Any]) -> dict[str, object]:
    its = job["estimate"] or {}
    return {
        "job": job["job_id"],
        "task": job["task_type"],
        "platform": f"{job['platform']} {job['base_model'] or ''}".strip(),
        "state": job["state"],
        "done": f"{job['progress']:.0%}",
        "estimated": usd(its.get("cost_usd")),
        "cost so far": usd(job["cost_usd"]),
        "version": job["version_id"],
        "made": short(job["created_at"]),
        "by": job["made_by"],
    }


def setting(given: str) -> tuple[str, int | float]:
    name, _, value = given.partition("=")
    try:
        return name.strip(), int(value) if value.strip().lstrip("-").isdigit() else float(value)
    except ValueError:
        raise CannotStartError(f"--set {given} is no hyper-parameter: write it as --set epochs=3.") from None


def bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
