"""Hours and days of a task, added up from their columns: the same sums as their contents give. Pure.

What comes is laid aside, and added up at once at the end: a month of a task has some hundred thousand numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import add
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from ratchet_monitor import buckets
from ratchet_monitor.buckets import OTHERS, SUMS, Cell, Contents, Kind, Tally, together, with_calibration
from ratchet_monitor.columns import (
    COUNTS,
    WIDTH,
    Counted,
    Heard,
    Latencies,
    Latency,
    Spreads,
    Total,
    Totals,
    View,
    tally_of,
    views_of,
)
from ratchet_monitor.kinds import AS_WRITTEN, PlainKind
from ratchet_monitor.sketch import ZERO
from ratchet_monitor.spreads import SUMS as SPREAD_SUMS
from ratchet_monitor.spreads import Speaker, Spread, merge

MOST_KINDS: Final = 5_000  # of a task, told apart; what comes beyond is counted as one
REST: Final = Kind(*(OTHERS,) * 6, cached=False)
Wanted = Callable[[Kind], bool]
Integers = npt.NDArray[np.int64]


def everything(_: Kind) -> bool:
    return True


class Sums(NamedTuple):
    """`totals`: cells of versions and models, cached or not; `heard`: of kinds of answers."""

    totals: tuple[Cell, ...] = ()
    heard: tuple[Cell, ...] = ()
    spoken: tuple[buckets.Spoken, ...] = ()

    def contents(self, wanted: Wanted | None = None) -> Contents:
        """`wanted`: of `heard`, only these kinds."""
        heard = self.heard if wanted is None else [cell for cell in self.heard if wanted(cell.kind)]
        return Contents((*self.totals, *heard), self.spoken)


class Adding:
    """Takes the views of periods in any order. `wanted`: of `heard`, only these kinds."""

    def __init__(self, wanted: Wanted = everything, *, most_kinds: int = MOST_KINDS) -> None:
        self._totals = _Totals()
        self._heard, self._spreads = _Heard(wanted, most_kinds), _Spreads()

    def include(self, views: Mapping[View, bytes]) -> None:
        if "totals" in views:
            self._totals.include(msgspec.msgpack.decode(views["totals"], type=Totals))
        if "latencies" in views:
            self._totals.include_latencies(msgspec.msgpack.decode(views["latencies"], type=Latencies))
        if "heard" in views:
            self._heard.include(msgspec.msgpack.decode(views["heard"], type=Heard))
        if "spreads" in views:
            self._spreads.include(msgspec.msgpack.decode(views["spreads"], type=Spreads))

    def contents(self) -> Contents:
        """Of `totals` and `latencies` cells without template, document type and the like; of `heard` cells of whole
        kinds. Of both together what both count is in the first only."""
        return self.sums().contents()

    def sums(self) -> Sums:
        cells = self._totals.cells()
        return Sums(tuple(cells), tuple(self._heard.cells(strata_only=bool(cells))), self._spreads.spoken())

    def views(self, wanted: Collection[View]) -> dict[View, bytes]:
        """All that was added as if it were one hour or day."""
        its = Sums(tuple(self._totals.cells()), tuple(self._heard.cells(strata_only=False)), self._spreads.spoken())
        return views_of(its.totals, its.heard, its.spoken, wanted)


class Counts:
    """Counts by number, of one thing."""

    def __init__(self) -> None:
        self._at: list[bytes] = []
        self._n: list[bytes] = []

    def include(self, more: Counted) -> None:
        self._at.append(more.at)
        self._n.append(more.n)

    def together(self) -> dict[int, int]:
        at = np.frombuffer(b"".join(self._at), dtype="<i4").astype(np.int64)
        n = np.frombuffer(b"".join(self._n), dtype="<u4").astype(np.int64)
        if not at.size:
            return {}
        zero = at == ZERO  # far from all others: it comes just before them
        low = int(at[~zero].min(initial=int(at.max()))) - 1
        at[zero] = low
        total = np.zeros(int(at.max()) - low + 1, dtype=np.int64)
        np.add.at(total, at - low, n)
        (there,) = np.nonzero(total)
        found = dict(zip((there + low).tolist(), total[there].tolist(), strict=True))
        return found if low not in found else {ZERO: found.pop(low), **found}


class _Totals:
    def __init__(self) -> None:
        self._sums: dict[Kind, list[int]] = {}
        self._rest: dict[Kind, Tally] = defaultdict(Tally)
        self._latencies: dict[Kind, Counts] = defaultdict(Counts)

    def include(self, totals: Totals) -> None:
        places = None if totals.names == SUMS else [_place(totals.names, name) for name in SUMS]
        for row in totals.rows:
            whose = _subject(row)
            sums = row.sums if places is None else [0 if at is None else row.sums[at] for at in places]
            before = self._sums.get(whose)
            self._sums[whose] = list(map(add, before, sums)) if before else list(sums)
            rest = self._rest[whose]
            with_calibration(rest.calibration, row.calibration)
            for name, counts in row.reliability.items():
                rest.reliability[name] = together(rest.reliability.get(name), counts)

    def include_latencies(self, latencies: Latencies) -> None:
        for row in latencies.rows:
            self._latencies[_subject(row)].include(row.bins)

    def cells(self) -> list[Cell]:
        for whose, sums in self._sums.items():
            for name, total in zip(SUMS, sums, strict=True):
                setattr(self._rest[whose], name, total)
        for whose, counts in self._latencies.items():
            self._rest[whose].latencies = counts.together()
        return [Cell(kind, self._rest[kind]) for kind in sorted(self._rest)]


class _Heard:
    def __init__(self, wanted: Wanted, most_kinds: int) -> None:
        self._wanted, self._most_kinds = wanted, most_kinds
        self._kinds: dict[Kind, int] = {}
        self._known: dict[PlainKind, int] = {}  # -1: not wanted
        self._rows: dict[bytes, Integers] = {}  # of kinds as they are written: where they stand here; -1: not wanted
        self._total = np.zeros(0, dtype=np.int64)

    def include(self, heard: Heard) -> None:
        rows = self._rows_of(bytes(heard.kinds))
        row, place = np.divmod(np.frombuffer(heard.at, dtype="<u4").astype(np.int64), WIDTH)
        here, n = rows[row], np.frombuffer(heard.n, dtype="<i8")
        if self._total.size < len(self._kinds) * WIDTH:
            self._total = np.concatenate([self._total, np.zeros(self._total.size + len(rows) * WIDTH, np.int64)])
        at, wanted = here * WIDTH + place, here >= 0
        np.add.at(self._total, at[wanted], n[wanted])

    def _rows_of(self, written: bytes) -> Integers:
        if written not in self._rows:
            kinds, known = AS_WRITTEN.decode(written), self._known
            for kind in kinds:
                if kind not in known:
                    known[kind] = self._row(Kind(*kind))
            self._rows[written] = np.array([known[kind] for kind in kinds], dtype=np.int64)
        return self._rows[written]

    def _row(self, kind: Kind) -> int:
        if not self._wanted(kind):
            return -1
        kept = kind if kind in self._kinds or len(self._kinds) < self._most_kinds else REST
        return self._kinds.setdefault(kept, len(self._kinds))

    def cells(self, *, strata_only: bool) -> list[Cell]:
        found = self._total.reshape(-1, WIDTH)
        cells: list[Cell] = []
        for kind, row in sorted(self._kinds.items()):
            (there,) = np.nonzero(found[row])
            tally = tally_of(dict(zip(there.tolist(), found[row][there].tolist(), strict=True)))
            cells.append(Cell(kind, Tally(strata=tally.strata) if strata_only else tally))
        return cells


class _Spreads:
    def __init__(self) -> None:
        self._spreads: dict[Speaker, Spread] = {}
        self._counts: dict[Speaker, tuple[Counts, ...]] = {}

    def include(self, spreads: Spreads) -> None:
        for row in spreads.rows:
            speaker = Speaker(row.version_id, row.model)
            spread = self._spreads.setdefault(speaker, Spread())
            for name, n in zip(SPREAD_SUMS, row.sums, strict=True):
                setattr(spread, name, getattr(spread, name) + n)
            merge(spread.languages, row.languages)
            counts = self._counts.setdefault(speaker, tuple(Counts() for _ in COUNTS))
            for its, more in zip(counts, row.counts, strict=True):
                its.include(more)

    def spoken(self) -> tuple[buckets.Spoken, ...]:
        for speaker, spread in self._spreads.items():
            for name, counts in zip(COUNTS, self._counts[speaker], strict=True):
                setattr(spread, name, counts.together())
        return tuple(buckets.Spoken(speaker, self._spreads[speaker]) for speaker in sorted(self._spreads))


def _subject(row: Total | Latency) -> Kind:
    return Kind(row.version_id, row.model, "", "", "", "", row.cached)


def _place(names: Sequence[str], name: str) -> int | None:
    return names.index(name) if name in names else None
