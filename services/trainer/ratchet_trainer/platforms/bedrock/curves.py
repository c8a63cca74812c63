"""The tables of losses that Bedrock leaves in the bucket, as curves. Pure."""

import csv
import math
from collections.abc import Mapping, Sequence
from typing import Final

from ratchet_trainer.platforms.platform import Metrics

MOST_POINTS: Final = 500
STEP: Final = "step_number"
TABLES: Final[Mapping[str, Mapping[str, str]]] = {  # by the end of the file's name: its columns, and our names of them
    "step_wise_training_metrics.csv": {"training_loss": "train_loss", "perplexity": "train_perplexity"},
    "validation_metrics.csv": {"validation_loss": "valid_loss", "perplexity": "valid_perplexity"},
}


def is_table(key: str) -> bool:
    return key.rpartition("/")[2] in TABLES


def curves_of(tables: Mapping[str, bytes]) -> Metrics:
    """`tables`: by the key of each in the bucket. What is no table of that kind adds nothing."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for key, content in tables.items():
        columns = TABLES[key.rpartition("/")[2]]
        rows = list(csv.DictReader(content.decode(errors="replace").splitlines()))
        for column, name in columns.items():
            if points := _points(rows, column):
                curves[name] = points
    return Metrics(curves)


def _points(rows: Sequence[Mapping[str | None, str | list[str] | None]], column: str) -> list[tuple[int, float]]:
    """A step that is told twice counts as it was told last; the last row may have been cut off."""
    by_step: dict[int, float] = {}
    for row in rows:
        step, value = _number(row.get(STEP)), _number(row.get(column))
        if step is not None and value is not None:
            by_step[int(step)] = value
    return thinned(sorted(by_step.items()))


def thinned(points: Sequence[tuple[int, float]], most: int = MOST_POINTS) -> list[tuple[int, float]]:
    """Evenly, with both ends."""
    if len(points) <= most:
        return list(points)
    return [points[round(place * (len(points) - 1) / (most - 1))] for place in range(most)]


def _number(text: object) -> float | None:
    try:
        number = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
