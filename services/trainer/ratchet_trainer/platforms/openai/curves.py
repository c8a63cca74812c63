"""How losses and accuracies went, from the table that the platform makes of a run, or from its events. Pure."""

import base64
import binascii
import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ratchet_trainer.platforms.openai.answers import EventAnswer
from ratchet_trainer.platforms.platform import Metrics

MOST_POINTS: Final = 500
MOST_CURVES: Final = 30
NO_CURVES: Final = frozenset({"step", "total_steps", "epoch"})
LONGEST_NAME: Final = 60
LAST_STEP: Final = 2**53  # beyond, a float is no count

Curve = dict[int, float]  # value by step


def of_table(body: bytes, *, whole: bool) -> Metrics:
    """From CSV with a column `step`, as it stands or in base64. `whole`: off where only its beginning was read."""
    text = _plain(body)
    lines = text.splitlines()
    if not whole and not text.endswith("\n"):
        lines = lines[:-1]  # cut in the middle
    try:
        return _metrics(csv.DictReader(lines))
    except csv.Error:  # it is no table
        return Metrics()


def of_events(events: Iterable[EventAnswer]) -> Metrics:
    return _metrics(event.data for event in events if isinstance(event.data, dict))


def _plain(body: bytes) -> str:
    head = body[:200].split(b"\n", 1)[0]
    if b"," not in head and b"step" not in head:
        try:
            body = base64.b64decode(body[: len(body) // 4 * 4], validate=True)
        except binascii.Error:
            return ""
    return body.decode("utf-8-sig", errors="replace")


def _metrics(rows: Iterable[Mapping[str, Any]]) -> Metrics:
    curves: dict[str, Curve] = defaultdict(dict)
    for row in rows:
        step = _number(row.get("step"))
        if step is None or not 0 <= step <= LAST_STEP:
            continue
        for name, cell in row.items():
            value = _number(cell)
            if value is not None and _is_curve(name) and (name in curves or len(curves) < MOST_CURVES):
                curves[name][int(step)] = value
    return Metrics({name: thinned(sorted(curve.items())) for name, curve in curves.items()})


def _is_curve(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name not in NO_CURVES


def _number(cell: object) -> float | None:
    """None: an empty cell, a word, or what is no finite number."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    try:
        value = float(cell)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Evenly, with both ends."""
    if len(points) <= MOST_POINTS:
        return list(points)
    last = len(points) - 1
    return [points[round(number * last / (MOST_POINTS - 1))] for number in range(MOST_POINTS)]
