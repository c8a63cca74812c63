"""One hour, or one day, of a task as it was spent: a total, and by each dimension the largest with the others as one.

By whatever dimension, the rows of a sheet add up to its total, to the last nano-dollar.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from ratchet_monitor.ledger.sums import Row, Rows, add, empty, largest, row_of, row_of_call
from ratchet_monitor.observations import Observation

Dimension = Literal["model", "version", "template", "user", "document", "document_type", "tier", "reference"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
MOST: Final = 250  # of one dimension of a sheet
TOTAL: Final = "total"
DEAREST: Final = "(the dearest candidate)"  # in place of a reference model where none is named

Sheet = Mapping[str, Mapping[str, Row]]  # by dimension, and TOTAL: by name


class Summing:
    """Takes observations in any order, or whole sheets."""

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {name: {} for name in (TOTAL, *DIMENSIONS)}

    def observe(self, seen: Observation, hits: int) -> None:
        row = row_of(seen, hits)
        for dimension, name in _names(seen):
            self._add(dimension, name, row)
        self._add("model", seen.model, row)
        for call in seen.spent:
            of_call = row_of_call(call)
            self._add("model", call.model, of_call)  # whoever was asked is paid
            for dimension, name in _names(seen):
                self._add(dimension, name, of_call)
        if unknown := seen.cost_of_attempts - sum(call.cost for call in seen.spent):
            self._lump(seen, unknown)

    def include(self, sheet: Sheet) -> None:
        for dimension, rows in sheet.items():
            if dimension in self._rows:
                for name, row in rows.items():
                    self._add(dimension, name, row)

    def sheet(self, most: int = MOST) -> Sheet:
        return {dimension: largest(rows, most) for dimension, rows in self._rows.items()}

    def _lump(self, seen: Observation, cost: int) -> None:
        """Of an observation that was kept before it was known which model each call had gone to."""
        row = [0, 0, cost]
        for dimension, name in (*_names(seen), ("model", seen.model)):
            self._add(dimension, name, row)

    def _add(self, dimension: str, name: str, row: Iterable[int]) -> None:
        rows = self._rows[dimension]
        if (there := rows.get(name)) is None:
            there = rows[name] = empty()
        add(there, row)


def _names(seen: Observation) -> tuple[tuple[str, str], ...]:
    """All but the model, which differs from call to call."""
    return (
        (TOTAL, ""),
        ("version", seen.version_id),
        ("template", seen.template),
        ("user", seen.user),
        ("document", seen.document),
        ("document_type", seen.document_type),
        ("tier", seen.tier),
        ("reference", "" if seen.compared_cost is None else seen.reference or DEAREST),
    )
