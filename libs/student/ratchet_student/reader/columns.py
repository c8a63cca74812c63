"""What the columns of each row look like beside the question."""

import math

from ratchet_student.reader.grid import Row
from ratchet_student.reader.matching import PERCENT, Match, Query, column_looks

Operand = tuple[Match, int]  # a row, and the column of a cell; -1 for its label


class Columns:
    """Each row's are looked at once."""

    def __init__(self, asked: Query) -> None:
        self._asked = asked
        self._seen: dict[int, list[tuple[float, ...]]] = {}

    def of(self, row: Row) -> list[tuple[float, ...]]:
        if id(row) not in self._seen:
            self._seen[id(row)] = column_looks(self._asked, row)
        return self._seen[id(row)]

    def percent(self, row: Row) -> list[bool]:
        return [look[PERCENT] > 0 for look in self.of(row)]

    def best(self, row: Row) -> list[int]:
        """Those with figures, best first; of equal ones the first."""
        looks = self.of(row)
        figures = [place for place, value in enumerate(row.values) if not math.isnan(value)]
        return sorted(figures, key=lambda place: (-looks[place][0], -looks[place][3], place))
