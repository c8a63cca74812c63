"""An hour or a day in columns, beside its contents: what is asked of many of them together is read without the rest.

`totals` has the sums of each version and model, `latencies` their latencies, `heard` what accuracy is told from, by
kind of answer, `spreads` what drift is told from. They are made of the contents when these are written, so they never
say anything else. adding.py adds them up. Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from operator import attrgetter
from typing import Final, Literal

import msgspec
import numpy as np

from ratchet_monitor import buckets
from ratchet_monitor.buckets import CONFIDENCE_BINS, SUMS, SUMS_OF, Cell, Contents, Tally
from ratchet_monitor.kinds import BINS, OF_STRATUM, STRATA, kinds_of
from ratchet_monitor.spreads import SUMS as SPREAD_SUMS
from ratchet_monitor.spreads import Spread

View = Literal["totals", "latencies", "heard", "spreads", "kinds"]
OF_ACCURACY: Final[tuple[View, ...]] = ("heard",)
SPREAD_SUMS_OF: Final = attrgetter(*SPREAD_SUMS)
COUNTS: Final = tuple(name for name in Spread.__struct_fields__ if name not in (*SPREAD_SUMS, "languages"))
HEADS: Final = ("answered", "judged", "judged_score")
# A kind's numbers in `heard`, by their places: the heads, then 3 a bin of confidence, then 4 a stratum.
BINS_FROM: Final = 8
STRATA_FROM: Final = 64
WIDTH: Final = 128
OF_BIN: Final = 3
Triple = tuple[int, int, int]
# What is told by its place: of columns that were laid out otherwise nothing can be told, and they are made anew.
BY_KIND: Final = (STRATA, OF_STRATUM, BINS)
LAYOUT: Final = sha256(
    repr((SPREAD_SUMS, COUNTS, HEADS, CONFIDENCE_BINS, BINS_FROM, STRATA_FROM, WIDTH, BY_KIND)).encode()
).hexdigest()[:16]


class Counted(msgspec.Struct, array_like=True, frozen=True):
    """How many of each number, both as arrays of 32 bits."""

    at: bytes  # <i4
    n: bytes  # <u4


class Total(msgspec.Struct, array_like=True, frozen=True):
    version_id: str
    model: str
    cached: bool
    sums: tuple[int, ...]  # by Totals.names
    calibration: dict[int, Triple]
    reliability: dict[str, Triple]


class Totals(msgspec.Struct, frozen=True):
    names: tuple[str, ...]  # what is counted besides one day reads as nothing in what was written before
    rows: tuple[Total, ...]


class Latency(msgspec.Struct, array_like=True, frozen=True):
    version_id: str
    model: str
    cached: bool
    bins: Counted


class Latencies(msgspec.Struct, frozen=True):
    rows: tuple[Latency, ...]


class Heard(msgspec.Struct, frozen=True):
    """Of answers that were made. A number's place is its kind's times WIDTH, and its place there."""

    kinds: msgspec.Raw  # of tuple[Kind, ...]: mostly the same from day to day, so they are read once
    at: bytes  # <u4
    n: bytes  # <i8


class Spoken(msgspec.Struct, array_like=True, frozen=True):
    version_id: str
    model: str
    sums: tuple[int, int, int]  # spreads.SUMS
    counts: tuple[Counted, ...]  # COUNTS
    languages: dict[str, int]


class Spreads(msgspec.Struct, frozen=True):
    rows: tuple[Spoken, ...]


def columns_of(contents: Contents) -> dict[View, bytes]:
    made = [cell for cell in contents.cells if not cell.kind.cached]
    views = views_of(contents.cells, made, contents.spreads, ("totals", "latencies", "heard", "spreads"))
    return {**views, "kinds": msgspec.msgpack.encode(kinds_of(contents.cells))}


def views_of(
    cells: Iterable[Cell], made: Sequence[Cell], spoken: Iterable[buckets.Spoken], wanted: Collection[View]
) -> dict[View, bytes]:
    """Without `kinds`. `made`: what `heard` is told from."""
    whole = _by_subject(cells)
    views: dict[View, msgspec.Struct] = {}
    if "totals" in wanted:
        rows = [Total(*its, SUMS_OF(one), one.calibration, one.reliability) for its, one in whole.items()]
        views["totals"] = Totals(SUMS, tuple(rows))
    if "latencies" in wanted:
        views["latencies"] = Latencies(tuple(Latency(*its, counted(one.latencies)) for its, one in whole.items()))
    if "heard" in wanted:
        views["heard"] = _heard(made)
    if "spreads" in wanted:
        views["spreads"] = _spreads(spoken)
    return {name: msgspec.msgpack.encode(view) for name, view in views.items()}


def _by_subject(cells: Iterable[Cell]) -> dict[tuple[str, str, bool], Tally]:
    """By version and model, cached or not."""
    found: dict[tuple[str, str, bool], Tally] = {}
    for cell in cells:
        whose = (cell.kind.version_id, cell.kind.model, cell.kind.cached)
        found.setdefault(whose, Tally()).add(cell.tally)
    return found


def _heard(cells: Sequence[Cell]) -> Heard:
    numbers: dict[int, int] = {}
    for row, cell in enumerate(cells):
        numbers |= {row * WIDTH + place: n for place, n in _numbers(cell.tally)}
    kinds = msgspec.Raw(msgspec.msgpack.encode([cell.kind for cell in cells]))
    return Heard(kinds, _array(numbers, "<u4"), _array(numbers.values(), "<i8"))


def _numbers(tally: Tally) -> Iterable[tuple[int, int]]:
    for place, name in enumerate(HEADS):
        if n := getattr(tally, name):
            yield place, n
    for number, bin_ in tally.calibration.items():
        for place, n in enumerate(bin_, BINS_FROM + 3 * number):
            yield place, n
    for number, stratum in tally.strata.items():
        for place, n in enumerate(stratum, STRATA_FROM + 4 * number):
            yield place, n


def tally_of(numbers: Mapping[int, int]) -> Tally:
    """Of a kind, from its places in `heard`."""
    tally, told = Tally(), numbers.get
    for place, name in enumerate(HEADS):
        setattr(tally, name, told(place, 0))
    for at in sorted(numbers):
        if at >= STRATA_FROM and at % OF_STRATUM == 0:
            one = (numbers[at], told(at + 1, 0), told(at + 2, 0), told(at + 3, 0))
            tally.strata[(at - STRATA_FROM) // OF_STRATUM] = one
        elif at < STRATA_FROM and at >= BINS_FROM and (at - BINS_FROM) % OF_BIN == 0:
            bin_ = (numbers[at], told(at + 1, 0), told(at + 2, 0))
            tally.calibration[(at - BINS_FROM) // OF_BIN] = bin_
    return tally


def _spreads(spoken: Iterable[buckets.Spoken]) -> Spreads:
    return Spreads(
        tuple(
            Spoken(
                *one.speaker,
                SPREAD_SUMS_OF(one.spread),
                tuple(counted(getattr(one.spread, name)) for name in COUNTS),
                one.spread.languages,
            )
            for one in spoken
        )
    )


def counted(counts: Mapping[int, int]) -> Counted:
    return Counted(_array(counts, "<i4"), _array(counts.values(), "<u4"))


def _array(numbers: Collection[int], kind: str) -> bytes:
    """Raises OverflowError where they are larger than that."""
    return np.fromiter(numbers, dtype=kind, count=len(numbers)).tobytes()
