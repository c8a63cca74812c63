"""Tables whose cells span others: each row as long as it is seen, and where cells were merged."""

from collections.abc import Iterator
from dataclasses import dataclass

from ratchet_documents.limits import Account
from ratchet_documents.parsed import Merged
from ratchet_documents.refusal import RefusedError


@dataclass(frozen=True, slots=True)
class Spanning:
    text: str
    columns: int = 1
    rows: int = 1
    names: bool = False  # a column or a row


class Grid:
    """Cells row by row as they are written, without what another one spans. Raises RefusedError beyond the limits."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._written: list[list[Spanning]] = []
        self._cells = 0
        self.merged: list[Merged] = []  # once `rows` has been read

    def start_row(self) -> None:
        self._written.append([])

    def put(self, cell: Spanning) -> None:
        self._cells += 1
        if self._cells > self._account.limits.cells:
            raise RefusedError("too_large", self._too_many())
        if not self._written:
            self.start_row()
        self._written[-1].append(cell)

    def texts(self) -> Iterator[str]:
        """Of all cells, as written."""
        for row in self._written:
            for cell in row:
                yield cell.text

    def single(self) -> bool:
        """Whether there is one cell with text at most: then it is no table."""
        return sum(1 for text in self.texts() if text.strip()) < 2

    def heads(self) -> int:
        """How many rows at the top consist of names."""
        count = 0
        for row in self._written:
            if not row or not all(cell.names for cell in row):
                break
            count += 1
        return count if count < len(self._written) else 0

    def rows(self) -> Iterator[list[str]]:
        """Each with the texts of what spans it. Cells are counted as they are spread."""
        spread = 0
        above: dict[int, tuple[str, int]] = {}  # by column: what reaches down from above, and for how many rows yet
        for index, written in enumerate(self._written):
            row: list[str] = []
            waiting = iter(written)
            cell = next(waiting, None)
            reach = max(above, default=-1)
            while cell is not None or len(row) <= reach:
                if len(row) in above:
                    row.append(self._reached(above, len(row)))
                elif cell is None:
                    row.append("")
                else:
                    self._place(cell, row, above, index)
                    cell = next(waiting, None)
            spread += len(row)
            self._account.in_time()
            if spread > self._account.limits.cells:
                raise RefusedError("too_large", self._too_many())
            yield row

    def _too_many(self) -> str:
        return f"A table has more than {self._account.limits.cells:,} cells: split it."

    def _reached(self, above: dict[int, tuple[str, int]], column: int) -> str:
        text, left = above.pop(column)
        if left > 1:
            above[column] = (text, left - 1)
        return text

    def _place(self, cell: Spanning, row: list[str], above: dict[int, tuple[str, int]], index: int) -> None:
        columns = max(1, min(cell.columns, self._account.limits.columns))
        rows = max(1, min(cell.rows, len(self._written) - index))
        self._account.columns(len(row) + columns)
        if columns > 1 or rows > 1:
            self.merged.append(Merged(index, len(row), rows, columns))
        for column in range(len(row), len(row) + columns):
            above.pop(column, None)  # one that overlaps with another wins
            if rows > 1:
                above[column] = (cell.text, rows - 1)
            row.append(cell.text)
