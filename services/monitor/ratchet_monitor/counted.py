"""What a time holds: numbers by task and kind of answers, and a few of them by block of time, for how much they vary.

A month of a million answers is some 20,000 kinds of a day, of which each has a hundred numbers: they are added up side
by side, and only what is asked for becomes sums that have names.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import OTHERS, SUMS, Cell, Kind
from ratchet_monitor.kinds import (
    AS_WRITTEN,
    BINS,
    OF_STRATUM,
    STRATA,
    Floats,
    Integers,
    Kinds,
    Numbers,
    PlainKind,
    numbers_of,
    sums_in,
)
from ratchet_monitor.rows import Rows, add_to, longer
from ratchet_monitor.runs import SIZE_OF_KIND, Run, sparse

MOST_KINDS: Final = 2_000  # of answers that are told apart; what comes beyond is counted as one
ROOM: Final = 1_000  # zeros that nobody writes to take no memory, and to move what is there takes time
PAGE: Final = 512  # latencies that lie on a page of memory
NEVER: Final = int(np.iinfo(np.int64).max)
SCORED, SCORE = 1, 2  # places in hearing.Stratum
Numbered = Floats | Integers


class Sums(msgspec.Struct):
    """Of answers that were made, but for `cached`, in the units of observations.py."""

    predictions: int = 0
    answered: int = 0
    failed: int = 0
    misshapen: int = 0
    cost: int = 0
    latency: int = 0
    scored: int = 0
    score: int = 0
    cached: int = 0


BY_BLOCK: Final = tuple(name for name in Sums.__struct_fields__ if name != "cached")
PREDICTIONS: Final = SUMS.index("predictions")
PLACES: Final = [SUMS.index(name) for name in BY_BLOCK]


def sums_of(numbers: Iterable[float], cached: float = 0) -> Sums:
    """Of BY_BLOCK."""
    return Sums(**dict(zip(BY_BLOCK, map(int, numbers), strict=True)), cached=int(cached))


class Counted:
    """Takes periods in any order. A row is a task's kind of answers; `kinds` says which stands where."""

    def __init__(
        self,
        blocks: Blocks,
        wanted: Callable[[str, Kind], bool] | None = None,
        *,
        most_kinds: int = MOST_KINDS,
    ) -> None:
        """`wanted`: all if left out; latencies by block are told of all alone."""
        self.blocks, self._wanted, self._most_kinds = blocks, wanted, most_kinds
        self.clear()

    def clear(self) -> None:
        blocks = self.blocks
        self.folded = False  # kinds beyond the most that are told apart were counted as one
        self.kinds: dict[tuple[str, Kind], int] = {}
        self._written: dict[tuple[str, bytes], Rows] = {}
        self._known: dict[str, dict[PlainKind, int]] = {}  # by task: where each kind stands, -1 of what is not wanted
        self._room = 0
        self._fastest, self._slowest = BINS, 0  # places between which there are any latencies: from, and before
        self.made: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)  # not out of the cache
        self.sums: Floats = np.zeros((0, len(SUMS)))
        self.strata: Floats = np.zeros((0, STRATA, OF_STRATUM))
        self.by_block: Floats = np.zeros((0, blocks.blocks, len(BY_BLOCK)))
        self.said: Floats = np.zeros((0, blocks.blocks, STRATA, 2))  # scored ones of a stratum, and their scores
        self.latencies: Integers = np.zeros((0, BINS), np.int64)
        self.latencies_by_block: Integers = np.zeros((blocks.blocks, BINS), np.int64)  # of all that was made
        self._first: Integers = np.zeros(0, np.int64)  # hour, or day, of a row's first answer, in seconds
        self._last: Integers = np.zeros(0, np.int64)

    def include(self, task_type: str, start: datetime, written: bytes) -> None:
        """`written`: the view `kinds` of an hour or a day."""
        kinds = msgspec.msgpack.decode(written, type=Kinds)
        self._add(start, self._rows_of(task_type, bytes(kinds.kinds)), kinds.numbers)

    def add(self, task_type: str, start: datetime, cells: Sequence[Cell]) -> None:
        """As `include`, of what is at hand."""
        self._add(start, self._placed(task_type, [cell.kind for cell in cells]), numbers_of(cells))

    def _add(self, start: datetime, its: Rows, numbers: Numbers) -> None:
        number, at, sums = self.blocks.number(start), int(start.timestamp()), sums_in(numbers)
        wanted = its.rows >= 0
        here, sums = (its.rows, sums) if its.all_wanted else (its.rows[wanted], sums[wanted])
        self._first[here], self._last[here] = np.minimum(self._first[here], at), np.maximum(self._last[here], at)
        add_to(self.sums, here, sums, apart=its.apart)
        add_to(self.by_block[:, number], here, sums[:, PLACES], apart=its.apart)
        self._add_strata(its, number, numbers)
        self._add_latencies(its, number, numbers)

    def add_run(self, task_type: str, run: Run) -> None:
        """As if each of its hours or days were included."""
        self.folded |= run.folded
        its = self._placed(task_type, run.kinds)
        wanted = its.rows >= 0
        here = its.rows[wanted]
        np.minimum.at(self._first, here, run.first[wanted])
        np.maximum.at(self._last, here, run.last[wanted])
        add_to(self.sums, here, run.sums[wanted], apart=its.apart)
        number = np.array([self.blocks.number(start) for start in run.starts], np.int64)
        by_start = np.where(its.rows[:, np.newaxis] < 0, -1, its.rows[:, np.newaxis] * self.blocks.blocks + number)
        for to, numbers, cells in (
            (self.strata, run.strata, its.rows),
            (self.latencies, run.latencies, its.rows),
            (self.by_block, run.by_start, by_start.reshape(-1)),
            (self.said, run.said, by_start.reshape(-1)),
            *(() if self._wanted else ((self.latencies_by_block, run.latencies_by_start, number),)),
        ):
            np.add.at(to.reshape(-1), *numbers.moved(cells))
        self._saw(*run.seen)

    def run(self) -> Run:
        """Of what was counted, of one task, whose blocks are hours or days."""
        n = len(self.kinds)
        return Run(
            kinds=[kind for _, kind in self.kinds],
            starts=self.blocks.starts,
            folded=self.folded,
            sums=self.sums[:n].copy(),
            first=self._first[:n].copy(),
            last=self._last[:n].copy(),
            strata=sparse(self.strata[:n]),
            by_start=sparse(self.by_block[:n], 2),
            said=sparse(self.said[:n], 2),
            latencies=sparse(self.latencies[:n]),
            latencies_by_start=sparse(self.latencies_by_block),
            seen=(self._fastest, self._slowest),
        )

    @property
    def size(self) -> int:
        """Bytes in memory, about, and rather too many, with what is told of its kinds by and by."""
        n, seen = len(self.kinds), max(0, self._slowest - self._fastest)
        each = sum(its[:n].nbytes for its in (self.sums, self.strata, self.by_block, self.said))
        latencies = n * min(BINS, seen + PAGE) * self.latencies.itemsize  # of the others nobody wrote to a page
        return n * SIZE_OF_KIND + each + latencies + self.latencies_by_block.nbytes

    def latencies_of(self, rows: Integers) -> Integers:
        """By their places, of some rows together: most places are those of latencies that nobody has seen."""
        found = np.zeros(BINS, np.int64)
        found[self._fastest : self._slowest] = self.latencies[rows, self._fastest : self._slowest].sum(axis=0)
        return found

    def when(self, rows: Integers) -> tuple[datetime, datetime]:
        """Of some rows, one at least: of the first answer, and of the last."""
        first, last = int(self._first[rows].min()), int(self._last[rows].max())
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)

    def _add_strata(self, its: Rows, number: int, numbers: Numbers) -> None:
        here, place, n = its.placed(numbers.strata_at, STRATA * OF_STRATUM, numbers.strata)
        np.add.at(self.strata.reshape(-1), here * (STRATA * OF_STRATUM) + place, n)
        told = (place % OF_STRATUM == SCORED) | (place % OF_STRATUM == SCORE)
        here, place, n = here[told], place[told], n[told]
        stratum, of = place // OF_STRATUM, place % OF_STRATUM
        at = ((here * self.blocks.blocks + number) * STRATA + stratum) * 2 + of - SCORED
        np.add.at(self.said.reshape(-1), at, n)

    def _add_latencies(self, its: Rows, number: int, numbers: Numbers) -> None:
        here, place, n = its.placed(numbers.latencies_at, BINS, numbers.latencies)
        np.add.at(self.latencies.reshape(-1), here * BINS + place, n)
        if place.size:
            self._saw(int(place.min()), int(place.max()) + 1)
        if not self._wanted:
            made = self.made[here]
            np.add.at(self.latencies_by_block[number], place[made], n[made])

    def _saw(self, fastest: int, slowest: int) -> None:
        self._fastest, self._slowest = min(self._fastest, fastest), max(self._slowest, slowest)

    def _rows_of(self, task_type: str, written: bytes) -> Rows:
        if (task_type, written) not in self._written:
            self._written[task_type, written] = self._placed(task_type, AS_WRITTEN.decode(written))
        return self._written[task_type, written]

    def _placed(self, task_type: str, kinds: Sequence[PlainKind]) -> Rows:
        known = self._known.setdefault(task_type, {})
        for kind in kinds:
            if kind not in known:
                known[kind] = self._row(task_type, Kind(*kind))
        rows = [known[kind] for kind in kinds]
        there = [row for row in rows if row >= 0]
        return Rows(np.array(rows, np.int64), len({*there}) == len(there), len(there) == len(rows))

    def _row(self, task_type: str, kind: Kind) -> int:
        if self._wanted and not self._wanted(task_type, kind):
            return -1
        place = (task_type, kind)
        if place not in self.kinds and len(self.kinds) >= self._most_kinds:
            self.folded = True
            place = (task_type, Kind(*(OTHERS,) * 6, cached=kind.cached))
        row = self.kinds.setdefault(place, len(self.kinds))
        if row >= self._room:
            self._grow()
        self.made[row] = not kind.cached
        return row

    def _grow(self) -> None:
        more = max(ROOM, self._room)
        self._room += more
        self.made, self.sums = longer(self.made, more), longer(self.sums, more)
        self.strata, self.said = longer(self.strata, more), longer(self.said, more)
        self.by_block = longer(self.by_block, more)
        self.latencies = longer(self.latencies, more)
        self._first, self._last = longer(self._first, more, NEVER), longer(self._last, more)
