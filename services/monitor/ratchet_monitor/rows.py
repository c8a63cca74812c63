"""Rows of tables that are kinds of answers: where each kind stands, and how numbers get there. Pure."""

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from ratchet_monitor.kinds import Floats, Integers, Packed, numbers_in

T = TypeVar("T", bound=np.generic)


class Rows(NamedTuple):
    """Of kinds as they were written: where each stands, -1 of what is not wanted. `apart`: each stands elsewhere."""

    rows: Integers
    apart: bool
    all_wanted: bool

    def placed(self, at: Packed, width: int, n: Packed) -> tuple[Integers, Integers, Integers]:
        """Rows, places in them and numbers, of what is wanted; a kind has room for `width` numbers."""
        where, numbers = numbers_in(at), numbers_in(n)
        kind = where // width  # several times as fast as divmod
        rows, place = self.rows[kind], where - kind * width
        if self.all_wanted:
            return rows, place, numbers
        wanted = rows >= 0
        return rows[wanted], place[wanted], numbers[wanted]


def add_to(to: Floats, rows: Integers, numbers: Floats, *, apart: bool) -> None:
    if apart:
        to[rows] += numbers
    else:
        np.add.at(to, rows, numbers)


def longer(one: npt.NDArray[T], more: int, of: int = 0) -> npt.NDArray[T]:
    """Of zeros only what is written to takes memory, and time."""
    found = np.zeros((len(one) + more, *one.shape[1:]), one.dtype)
    found[: len(one)] = one
    if of:
        found[len(one) :] = of
    return found
