"""Rows of sums side by side, as they are kept and added up: names, and a matrix of integers. Pure.

A month of a busy tenant has tens of thousands of rows: as lists they take ten times as long to read and to add.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from ratchet_monitor.ledger.sums import WIDTH, Row, Rows

Numbers = npt.NDArray[np.int64]
KEPT_AS: Final = "<i8"


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


def table(rows: Mapping[str, Row]) -> Table:
    return Table(list(rows), np.array(list(rows.values()), np.int64).reshape(len(rows), WIDTH))


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
