"""`ratchet data`: what has been collected, and the datasets that were built of it."""

import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ratchet_cli.router_calls import TO_BUILD_S, Router, under
from ratchet_cli.showing import console, details, short, show, text_of
from ratchet_common.errors import CannotStartError
from ratchet_common.plurals import so_many

DATASETS: Final = "/api/models/datasets"


def build(trainer: Router, wanted: Mapping[str, object], *, as_json: bool) -> None:
    """`wanted`: what is None or empty is as the trainer's settings say. Raises CannotStartError."""
    said = {name: value for name, value in wanted.items() if value is not None and value != "" and value is not False}
    _show(trainer.post(DATASETS, said, TO_BUILD_S), as_json=as_json)


def balance_of(said: str) -> dict[str, object] | None:
    """Of `cap:2` or `share:0.4`. Raises CannotStartError."""
    if not said:
        return None
    kind, _, most = said.partition(":")
    try:
        return {"kind": kind, "most": float(most)}
    except ValueError:
        raise CannotStartError(f"--balance {said}: it is cap:2 (times the median) or share:0.4 (of all).") from None


def augment_of(recipes: str, factor: int, *, rare_labels: bool) -> dict[str, object] | None:
    """Of `whitespace,greeting`."""
    names = [name.strip() for name in recipes.split(",") if name.strip()]
    return {"recipes": names, "factor": factor, "rare_labels": rare_labels} if names else None


def moment(at: datetime | None) -> str | None:
    """In UTC, where it says no zone."""
    return None if at is None else (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def list_datasets(trainer: Router, task_type: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": str(limit)} | ({"task_type": task_type} if task_type else {})
    found = trainer.get(f"{DATASETS}?{urllib.parse.urlencode(asked)}")["items"]
    show(found, [_row(dataset) for dataset in found], "Datasets", as_json=as_json)


def show_dataset(trainer: Router, dataset_id: str, *, as_json: bool) -> None:
    """For a person its card, for a script what the trainer says of it."""
    if as_json:
        details(trainer.get(under(DATASETS, dataset_id)), dataset_id, as_json=True)
    else:
        console().print(trainer.read(under(DATASETS, dataset_id, "/card")).decode(), markup=False, highlight=False)


def export(trainer: Router, dataset_id: str, format_: str, side: str, file: Path, *, as_json: bool) -> None:
    """Raises CannotStartError; then there is no file, or the one that was there before."""
    asked = urllib.parse.urlencode({"format": format_, "side": side})
    lines = trainer.save(under(DATASETS, dataset_id, f"/export?{asked}"), file)
    if as_json:
        written = {"dataset_id": dataset_id, "format": format_, "side": side, "examples": lines, "file": str(file)}
        details(written, "", as_json=True)
    else:
        console().print(f"{so_many(lines, 'example')}: {file}", markup=False, highlight=False)


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
