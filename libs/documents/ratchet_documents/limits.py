"""How much of a document is taken, and the account of what has been taken so far."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ratchet_documents.refusal import RefusedError


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond one of them a document is refused as a whole: nothing is half read."""

    bytes: int = 100 * 1024 * 1024
    pages: int = 5_000
    blocks: int = 500_000
    characters: int = 20_000_000  # of all text that is kept
    cells: int = 1_000_000  # of all tables
    rows: int = 100_000  # of one table or sheet
    columns: int = 1_000
    elements: int = 1_000_000  # of an Office file's XML that are held at once: those of a row, or of a block
    depth: int = 500  # of elements within elements, and of lists and quotations
    zip_entries: int = 10_000
    inflated: int = 256 * 1024 * 1024  # bytes in all entries of a zip
    ratio: int = 200  # of an entry's inflated size to its deflated one, from 1 MB on
    seconds: float = 120.0


STANDARD = Limits()


class Account:
    """What one parsing has taken. Every call looks at the clock, so it is called at each step that takes time."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._until = clock() + limits.seconds
        self._pages = self._blocks = self._characters = self._cells = 0

    def in_time(self) -> None:
        """Raises RefusedError."""
        if self._clock() > self._until:
            raise RefusedError(
                "too_slow",
                f"Reading took more than {self.limits.seconds:g} seconds: split the document into smaller ones.",
            )

    def page(self) -> None:
        self._pages += 1
        self._within("pages", self._pages, self.limits.pages)

    def block(self, characters: int) -> None:
        self._blocks += 1
        self._characters += characters
        self._within("blocks", self._blocks, self.limits.blocks)
        self._within("characters", self._characters, self.limits.characters)

    def row(self, index: int, cells: int) -> None:
        """`index`: which row of its table, from 0; `cells`: how many it has, empty ones too."""
        self._cells += cells
        self._within("rows in one table", index + 1, self.limits.rows)
        self._within("columns", cells, self.limits.columns)
        self._within("cells", self._cells, self.limits.cells)

    def columns(self, columns: int) -> None:
        """Of a row that is not whole yet."""
        self._within("columns", columns, self.limits.columns)

    def held(self, characters: int) -> None:
        """Of a table that is not whole yet."""
        self._within("characters", self._characters + characters, self.limits.characters)

    def elements(self, count: int) -> None:
        self._within("elements in one row, table or paragraph", count, self.limits.elements)

    def depth(self, depth: int) -> None:
        if depth > self.limits.depth:
            raise RefusedError(
                "too_deep", f"The elements of the document are nested more than {self.limits.depth:,} deep."
            )

    def _within(self, of: str, count: int, limit: int) -> None:
        self.in_time()
        if count > limit:
            raise RefusedError(
                "too_large", f"The document has more than {limit:,} {of}, the most that are taken: split it."
            )
