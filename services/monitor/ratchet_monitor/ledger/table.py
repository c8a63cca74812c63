"""Rows of sums side by side, as they are kept and added up: names, and a matrix of integers. Pure.

A month of a busy tenant has tens of thousands of rows: as lists they take ten times as long to read and to add.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import getsizeof
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from ratchet_monitor.ledger.sums import WIDTH, Row, Rows

Numbers = npt.NDArray[np.int64]
KEPT_AS: Final = "<i8"
OF_NAME: Final = 8  # bytes of a list


class Packed(msgspec.Struct, frozen=True, array_like=True):
    width: int
    names: list[str]
    numbers: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """Each name once; a line of `numbers` is a row of its sums."""

    names: list[str]
    numbers: Numbers

    @property
    def rows(self) -> Rows:
        return dict(zip(self.names, self.numbers.tolist(), strict=True))

    @property
    def size(self) -> int:
        """Bytes."""
        return self.numbers.nbytes + sum(map(getsizeof, self.names)) + OF_NAME * len(self.names)


def table(rows: Mapping[str, Row]) -> Table:
    return Table(list(rows), np.array(list(rows.values()), np.int64).reshape(len(rows), WIDTH))


def together(several: Sequence[Table]) -> Table:
    """Names in the order in which they came first."""
    places: dict[str, int] = {}
    rows = [[places.setdefault(name, len(places)) for name in one.names] for one in several]
    numbers = np.zeros((len(places), WIDTH), np.int64)
    for its, one in zip(rows, several, strict=True):
        numbers[its] += one.numbers
    return Table(list(places), numbers)


def packed(rows: Mapping[str, Row]) -> bytes:
    its = table(rows)
    return msgspec.msgpack.encode(Packed(WIDTH, its.names, its.numbers.astype(KEPT_AS).tobytes()))


def unpacked(kept: bytes | None) -> Table:
    """What an earlier release kept is narrower, and what it did not know is 0."""
    if kept is None:
        return table({})
    its = msgspec.msgpack.decode(kept, type=Packed)
    numbers = np.zeros((len(its.names), WIDTH), np.int64)
    there = np.frombuffer(its.numbers, KEPT_AS).reshape(len(its.names), its.width)[:, :WIDTH]
    numbers[:, : there.shape[1]] = there
    return Table(its.names, numbers)
