"""An hour or a day by whole kinds of answers, as numbers side by side: what templates and reports are told from. Pure.

Told apart are kinds, and within each how sure an answer seemed (strata). Numbers are floats of 64 bits: whole ones are
exact up to 2**53, which is 9 million USD of one kind in one time, and are off by less than 1e-15 of themselves beyond.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from ratchet_monitor.buckets import SUMS, SUMS_OF, Cell
from ratchet_monitor.sketch import ZERO

STRATA: Final = 16
OF_STRATUM: Final = 4  # hearing.Stratum
BINS: Final = 2_080  # of latencies: 0, and from 1 µs on as far as sketch.LARGEST
SMALL: Final = ("<u1", "<u2", "<u4")
PlainKind = tuple[str, str, str, str, str, str, bool]  # equal to its Kind, and read in a part of the time
AS_WRITTEN: Final = msgspec.msgpack.Decoder(tuple[PlainKind, ...])
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Packed(msgspec.Struct, array_like=True, frozen=True):
    """As narrow as its numbers are."""

    dtype: str
    numbers: bytes


class Numbers(msgspec.Struct, frozen=True):
    """Of kinds in their order. A number's place is its kind's times what one kind has room for, and its place there."""

    names: tuple[str, ...]
    sums: bytes  # <f8, of each kind by `names`
    strata_at: Packed
    strata: Packed
    latencies_at: Packed
    latencies: Packed


class Kinds(msgspec.Struct, frozen=True):
    kinds: msgspec.Raw  # of tuple[Kind, ...]: mostly the same from day to day, so they are read once
    numbers: Numbers


def kinds_of(cells: Sequence[Cell]) -> Kinds:
    return Kinds(msgspec.Raw(msgspec.msgpack.encode([cell.kind for cell in cells])), numbers_of(cells))


def numbers_of(cells: Sequence[Cell]) -> Numbers:
    strata: dict[int, int] = {}
    latencies: dict[int, int] = {}
    for row, cell in enumerate(cells):
        for number, stratum in cell.tally.strata.items():
            at = (row * STRATA + number) * OF_STRATUM
            strata |= {at + place: n for place, n in enumerate(stratum) if n}
        for number, n in cell.tally.latencies.items():
            at = row * BINS + place_of(number)
            latencies[at] = latencies.get(at, 0) + n
    return Numbers(
        SUMS,
        np.array([SUMS_OF(cell.tally) for cell in cells], "<f8").tobytes(),
        _packed(strata),
        _packed(strata.values()),
        _packed(latencies),
        _packed(latencies.values()),
    )


def place_of(number: int) -> int:
    """Of a bin of latencies."""
    return 0 if number == ZERO else min(max(number, 0) + 1, BINS - 1)


def bins_of(latencies: Integers) -> dict[int, int]:
    """From their places: by the bin's number."""
    (there,) = np.nonzero(latencies)
    numbers = [ZERO if place == 0 else place - 1 for place in there.tolist()]
    return dict(zip(numbers, latencies[there].tolist(), strict=True))


def sums_in(numbers: Numbers) -> Floats:
    """By kind, and by SUMS; what was not counted then is 0."""
    found = np.frombuffer(numbers.sums, "<f8").reshape(-1, len(numbers.names))
    if numbers.names == SUMS:
        return found
    places: Mapping[str, int] = {name: place for place, name in enumerate(numbers.names)}
    known = np.zeros((len(found), len(SUMS)))
    for place, name in enumerate(SUMS):
        if name in places:
            known[:, place] = found[:, places[name]]
    return known


def numbers_in(packed: Packed) -> Integers:
    return np.frombuffer(packed.numbers, packed.dtype).astype(np.int64)


def _packed(numbers: Iterable[int]) -> Packed:
    found = np.fromiter(numbers, "<i8")
    low, high = (int(found.min()), int(found.max())) if found.size else (0, 0)
    narrow = next((one for one in SMALL if low >= 0 and high <= np.iinfo(one).max), "<i8")
    return Packed(narrow, found.astype(narrow).tobytes())
