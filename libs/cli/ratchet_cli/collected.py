"""`ratchet data stats`: what has been collected, in tables for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from ratchet_cli.router_calls import Router
from ratchet_cli.showing import show, text_of
from ratchet_common.plurals import so_many

SOURCES, REFUSED = "by source", "refused, and why"


def stats(trainer: Router, *, as_json: bool) -> None:
    found = trainer.get("/api/models/examples/stats")
    show(found, [_row(task) for task in found["by_task"]], _heading(found), as_json=as_json)
    if as_json:
        return
    counted = {
        SOURCES: found["by_source"],
        "by month": found["by_month"],
        "by quality": _by_quality(found["quality_histogram"]),
        REFUSED: found["refused"],
        "private data taken out": found["pii_found"],
    }
    for title, its in counted.items():
        show(found, [{"": name, "count": count} for name, count in its.items()], title, as_json=False)


def _heading(found: Mapping[str, Any]) -> str:
    return f"{so_many(found['total_examples'], 'example')} by task ({found['archived']:,} older ones are archived)"


def _row(task: Mapping[str, Any]) -> dict[str, object]:
    return {
        "task": task["task_type"],
        "examples": task["examples"],
        SOURCES: text_of(task["by_source"]),
        REFUSED: text_of(task["refused"]),
    }


def _by_quality(histogram: Sequence[int]) -> dict[str, int]:
    """`histogram`: tenths, 0 to 0.1 first."""
    return {f"{place / 10:.1f} to {(place + 1) / 10:.1f}": count for place, count in enumerate(histogram) if count}
