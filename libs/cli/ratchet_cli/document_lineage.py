"""`ratchet data document`: what was learned from a document, and what is marked since it is no more."""

import sys
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import details, short, show

DOCUMENTS: Final = "/api/models/documents"
STATES: Final = {"": "as it was, as far as was heard", "changed": "has another content", "deleted": "was deleted"}


def show_lineage(trainer: Router, document_id: str, limit: int, *, as_json: bool) -> None:
    asked = urllib.parse.urlencode({"limit": limit})
    found = trainer.get(under(DOCUMENTS, document_id, f"?{asked}"))
    if as_json:
        details(found, document_id, as_json=True)
        return
    details(_told(found), f"Document {document_id}", as_json=False)
    show(found, [_row(one) for one in found["datasets"]], "Datasets that were made of it", as_json=False)
    if found["next"]:
        sys.stdout.write("There are more datasets: ask for a higher --limit.\n")


def show_examples(trainer: Router, document_id: str, limit: int, *, as_json: bool) -> None:
    """What was learned last first."""
    asked = urllib.parse.urlencode({"limit": limit})
    found = trainer.get(under(DOCUMENTS, document_id, f"/examples?{asked}"))
    rows = [
        {
            "example": one["example_id"],
            "task": one["task_type"],
            "state": one["state"],
            "reason": one["reason"],
            "revision": one["revision"] or None,
            "approach": one["approach"],
            "learned": short(one["learned_at"]),
        }
        for one in found["items"]
    ]
    show(found, rows, shown_safely(f"Examples that rest on {document_id}"), as_json=as_json)


def _told(found: Mapping[str, Any]) -> dict[str, object]:
    dates = {name: found[name] for name in ("deleted_at", "changed_at") if found[name]}
    return {"state": STATES[found["state"]], **dates, "examples": found["examples"]}


def _row(held: Mapping[str, Any]) -> dict[str, object]:
    return {
        "dataset": held["dataset_id"],
        "examples": held["examples"],
        "versions": [one["version_id"] for one in held["versions"]],
        "deleted": short(held["deleted_at"]) if held["deleted_at"] else None,
        "changed": short(held["changed_at"]) if held["changed_at"] else None,
    }
