"""`ratchet data erase`: a user asked to be forgotten; what every service removed, and what still lies where."""

import json
import sys
import time
from typing import Any, Final

from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, table
from ratchet_cli.watching import left_by_ctrl_c
from ratchet_common.errors import CannotStartError
from ratchet_common.plurals import so_many

PATH: Final = "/api/models/erasures"
LOOK_EVERY_S: Final = 1.0
WAIT_S: Final = 600.0


def erase(user_id: str, why: str, trainer: Router, *, wait_s: float, as_json: bool) -> int:
    """0, or 1 where not every service has said within `wait_s` that it is done. Raises CannotStartError."""
    erasure = trainer.post(PATH, {"user_id": user_id, "why": why})
    end, its = time.monotonic() + wait_s, erasure["erasure_id"]
    with left_by_ctrl_c(f"The erasure {its}", "ratchet data erase USER_ID --wait"):
        while erasure["waits_for"] and time.monotonic() < end:
            time.sleep(LOOK_EVERY_S)
            erasure = trainer.get(f"{PATH}/{its}")
    if as_json:
        sys.stdout.write(json.dumps(erasure, indent=2) + "\n")
    else:
        _show(erasure)
    return 1 if wait_s and erasure["waits_for"] else 0


def named(user_id: str) -> str:
    """Raises CannotStartError."""
    if not 0 < len(user_id) <= 200:
        raise CannotStartError("A user_id has 1 to 200 characters: give it as requests and feedback do.")
    return user_id


def _show(erasure: dict[str, Any]) -> None:
    counts = [
        {"service": service, "removed": kind.replace("_", " "), "count": count}
        for service, removed in sorted(erasure["removed"].items())
        for kind, count in sorted(removed.items()) or [("nothing", 0)]
    ]
    counts += [{"service": service, "removed": "not done yet", "count": 0} for service in erasure["waits_for"]]
    console().print(table(counts, f"Erasure {erasure['erasure_id']}: {erasure['state']}"))
    for held in erasure["datasets"]:
        _say(f"{held['dataset_id']} had held {so_many(held['examples'], 'example')} of the user: it is marked.")
    for version in erasure["versions"]:
        _say(f"{version['version_id']} ({version['platform']}) had learned from {version['dataset_id']}.")
    for job in erasure["jobs"]:
        left = "are there still, and go when it has ended" if job["files_left"] else "are gone"
        _say(f"The job {job['job_id']} ({job['platform']}, {job['state']}) used {job['dataset_id']}: its files {left}.")
    for lasting in erasure["kafka"]:
        _say(f"Kafka, {lasting['topic']}, until {lasting['until'][:10]}: {lasting['holds']}.")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
