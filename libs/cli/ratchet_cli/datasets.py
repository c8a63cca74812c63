"""`ratchet data`: what has been collected, and the datasets that were built of it."""

import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, details, short, show, text_of

DATASETS: Final = "/api/models/datasets"


def stats(trainer: Router, *, as_json: bool) -> None:
    details(trainer.get("/api/models/examples/stats"), "What has been collected", as_json=as_json)


def build(trainer: Router, task_type: str, split: str, seed: int | None, *, as_json: bool) -> None:
    wanted = {"task_type": task_type, "split": split or None, "seed": seed}
    _show(trainer.post(DATASETS, {name: value for name, value in wanted.items() if value is not None}), as_json=as_json)


def list_datasets(trainer: Router, task_type: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": str(limit)} | ({"task_type": task_type} if task_type else {})
    found = trainer.get(f"{DATASETS}?{urllib.parse.urlencode(asked)}")["items"]
    show(found, [_row(dataset) for dataset in found], "Datasets", as_json=as_json)


def show_dataset(trainer: Router, dataset_id: str, *, as_json: bool) -> None:
    """For a person its card, for a script what the trainer says of it."""
    if as_json:
        details(trainer.get(f"{DATASETS}/{dataset_id}"), dataset_id, as_json=True)
    else:
        console().print(trainer.read(f"{DATASETS}/{dataset_id}/card").decode(), markup=False, highlight=False)


def export(trainer: Router, dataset_id: str, format_: str, side: str, file: Path) -> None:
    """Raises CannotStartError; then there is no file, or the one that was there before."""
    asked = urllib.parse.urlencode({"format": format_, "side": side})
    lines = trainer.save(f"{DATASETS}/{dataset_id}/export?{asked}", file)
    console().print(f"{lines:,} examples: {file}", markup=False, highlight=False)


def _show(dataset: Mapping[str, Any], *, as_json: bool) -> None:
    show(dataset, [_row(dataset)], f"Dataset {dataset['dataset_id']}", as_json=as_json)


def _row(dataset: Mapping[str, Any]) -> dict[str, object]:
    return {
        "dataset": dataset["dataset_id"],
        "task": dataset["task_type"],
        "examples": text_of(dataset["examples"]),
        "dropped": text_of(dataset["dropped"]),
        "made": short(dataset["created_at"]),
    }
