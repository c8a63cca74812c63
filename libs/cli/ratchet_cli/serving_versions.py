"""`ratchet versions` and `ratchet rollout`: what was trained, how good it is, and how much traffic it gets."""

import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import details, short, show, text_of
from ratchet_common.errors import CannotStartError

VERSIONS: Final = "/api/models/versions"
ROLLOUTS: Final = "/api/models/rollouts"


def list_versions(trainer: Router, task_type: str, state: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": str(limit)} | {k: v for k, v in (("task_type", task_type), ("state", state)) if v}
    found = trainer.get(f"{VERSIONS}?{urllib.parse.urlencode(asked)}")["items"]
    show(found, [_row(version) for version in found], "Versions", as_json=as_json)


def show_version(trainer: Router, version_id: str, *, as_json: bool) -> None:
    found = trainer.get(under(VERSIONS, version_id))
    if as_json:
        return details(found, version_id, as_json=True)
    lineage = found.pop("lineage")
    details(found, version_id, as_json=False)
    for name in ("dataset", "job"):
        if lineage[name]:
            details(lineage[name], f"Its {name}", as_json=False)
    show(lineage, lineage["parents"], "What served before it", as_json=False)
    return None


def show_lineage(trainer: Router, version_id: str, limit: int, cursor: str, *, as_json: bool) -> None:
    asked = urllib.parse.urlencode({"limit": limit} | ({"cursor": cursor} if cursor else {}))
    found = trainer.get(under(VERSIONS, version_id, f"/lineage?{asked}"))
    show(found, found["items"], f"What taught {version_id}", as_json=as_json)
    if not as_json and found["next"]:
        sys.stdout.write(f"There is more: --cursor {found['next']}\n")


def register(trainer: Router, given: Mapping[str, str], metrics: Sequence[str], *, as_json: bool) -> None:
    """`given`: by the fields of the request; empty ones are left out. `metrics`: as f1=0.82."""
    body: dict[str, object] = {name: value for name, value in given.items() if value}
    if metrics:
        body["metrics"] = dict(map(measured, metrics))
    found = trainer.post(VERSIONS, body)
    show(found, [_row(found)], "A version", as_json=as_json)
    if found["why"] != " ".join(given.get("why", "").split()):
        sys.stderr.write(f"ratchet: {_kept_as_it_was(found)}\n")


def _kept_as_it_was(version: Mapping[str, Any]) -> str:
    brought = f"{version['registered_by']} brought it: {version['why']}" if version["why"] else "a job made it"
    return f"{version['version_id']} was a version already ({brought}). What was given now is not kept."


def measured(given: str) -> tuple[str, float]:
    name, _, value = given.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise CannotStartError(f"--metric {given} is no metric: write it as --metric f1=0.82.") from None


def compare(trainer: Router, one: str, other: str, *, as_json: bool) -> None:
    asked = urllib.parse.urlencode({"version_a": one, "version_b": other})
    found = trainer.get(f"{VERSIONS}/compare?{asked}")
    rows = [_row(found[name]) for name in ("version_a", "version_b")]
    show(found, rows, f"{one} beside {other}", as_json=as_json)
    if not as_json and found["head_to_head"]:
        details(found["head_to_head"], "Judged against each other", as_json=False)


def activate(trainer: Router, version_id: str, why: str, *, as_json: bool) -> None:
    _show_rollout(trainer.post(under(VERSIONS, version_id, "/activate"), {"why": why}), as_json=as_json)


def roll_back(trainer: Router, version_id: str, why: str, *, as_json: bool) -> None:
    _show_rollout(trainer.post(under(VERSIONS, version_id, "/rollback"), {"why": why}), as_json=as_json)


def set_traffic(trainer: Router, version_id: str, percentage: int, why: str, *, as_json: bool) -> None:
    body = {"percentage": percentage, "why": why}
    _show_rollout(trainer.post(under(VERSIONS, version_id, "/traffic"), body), as_json=as_json)


def set_shadow(trainer: Router, version_id: str, percentage: int, why: str, *, as_json: bool) -> None:
    body = {"percentage": percentage, "why": why}
    _show_rollout(trainer.post(under(VERSIONS, version_id, "/shadow"), body), as_json=as_json)


def list_rollouts(trainer: Router, *, as_json: bool) -> None:
    found = trainer.get(ROLLOUTS)["items"]
    show(found, [_rollout_row(rollout) for rollout in found], "Traffic by task", as_json=as_json)


def show_rollout(trainer: Router, task_type: str, *, as_json: bool) -> None:
    _show_rollout(trainer.get(under(ROLLOUTS, task_type)), as_json=as_json)


def _show_rollout(rollout: Mapping[str, Any], *, as_json: bool) -> None:
    show(rollout, [_rollout_row(rollout)], f"Traffic of {rollout['task_type']}", as_json=as_json)
    if as_json:
        return
    rows = [
        {"at": short(c["at"]), "who": c["who"], "why": c["why"], "shares": text_of(c["shares"])}
        | {"in the shadow": _in_the_shadow(c["shadow"])}
        for c in rollout["history"]
    ]
    show(rollout, rows, "How it came to be so", as_json=False)


def _row(version: Mapping[str, Any]) -> dict[str, object]:
    return {
        "version": version["version_id"],
        "task": version["task_type"],
        "platform": f"{version['platform']} {version['base_model'] or ''}".strip(),
        "state": version["state"],
        "traffic": f"{version['traffic_percentage']} %",
        "score": version["metrics"].get("benchmark_score"),
        "dataset": version["dataset_id"],
        "made": short(version["created_at"]),
        "why": version["reason"],
    }


def _rollout_row(rollout: Mapping[str, Any]) -> dict[str, object]:
    holdout = rollout["holdout"]
    held = f"{holdout['version_id']} {holdout['percent']} % until {short(holdout['until'])}" if holdout else None
    return {
        "task": rollout["task_type"],
        "state": rollout["state"],
        "serves": rollout["stable"],
        "on trial": rollout["canary"],
        "shares": text_of(rollout["shares"]),
        "waits for": rollout["waits_for"] or None,
        "held out": held,
        "in the shadow": _in_the_shadow(rollout["shadow"]),
    }


def _in_the_shadow(dark: Mapping[str, Any] | None) -> str | None:
    return f"{dark['version_id']} {dark['percent']} %" if dark else None
