"""Which figures of a text stand beside one another: in the same line or sentence, at most two figures away."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby, islice
from typing import Final

from ratchet_router.checking.figures import Figure, figures_in
from ratchet_router.checking.lengths import sentence_starts

AWAY: Final = 2
READ: Final = 10_000  # figures: of a longer table the rest is not looked at
PLACES: Final = 3  # of one value are looked at


class Neighbours:
    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, value: float, percent: bool) -> Iterator[float]:
        """`percent`: whether it is one; the others are as well, or do not say."""
        for row, place in self._standing.get(value, ())[:PLACES]:
            near = row[max(0, place - AWAY) : place] + row[place + 1 : place + 1 + AWAY]
            yield from (other for figure in near if percent or not figure.percent for other in _values(figure))

    @cached_property
    def _standing(self) -> Mapping[float, list[tuple[list[Figure], int]]]:
        """Each value's places: a row, and which of its figures."""
        found = defaultdict[float, list[tuple[list[Figure], int]]](list)
        for row in self._rows():
            for place, figure in enumerate(row):
                for value in set(_values(figure)):
                    found[value].append((row, place))
        return found

    def _rows(self) -> Iterator[list[Figure]]:
        starts = sentence_starts(self._text)
        told = (figure for figure in figures_in(self._text) if not figure.may_be_year)
        for _, row in groupby(islice(told, READ), lambda figure: bisect_right(starts, figure.start)):
            yield list(row)


def _values(figure: Figure) -> Sequence[float]:
    read = [value for value, _ in figure.readings]
    return read if figure.scale == 1 else [*read, *(value * figure.scale for value in read)]
