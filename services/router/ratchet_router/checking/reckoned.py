"""Can a figure be reckoned from others of the source in one step, though the answer tells none of them: "22.3 %"? Pure.

Of a long text nearly every number is some difference of two others, so only figures that belong together are tried
(`together.py`). Of any two of them the sum, the difference, the change, the share and the ratio; of neighbours the sum
and the average; and how many there are: the steps of the reader of tables (docs/reader.md).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from ratchet_router.checking.figures import Figure
from ratchet_router.checking.source import SAME, Source, Way
from ratchet_router.checking.together import MOST, Together, together_in

COUNTED_UP_TO: Final = 100


class Reckoning:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._runs = list(together_in(source.text))

    def has(self, figure: Figure, told: Sequence[Figure]) -> bool:
        """`told`: what the answer tells beside it, and has a ground: a second step goes on from that."""
        if figure.bare and figure.readings[0][0] <= COUNTED_UP_TO:
            return True  # a count is not reckoned from figures
        ways, shares = tuple(self._ways(figure)), tuple(_as_shares(figure))
        runs = (*self._runs, *_runs_of(told[:MOST]))
        return any(_of_two(sorted(run), ways, shares) or _of_neighbours(run, ways) for run in runs)

    def _ways(self, figure: Figure) -> Iterator[Way]:
        """Without its scale too: the note of a table's scale may stand where nothing was read."""
        yield from self._source.ways(figure)
        if not figure.may_be_unscaled:
            yield from (Way(value, step) for value, step in figure.readings)


def _runs_of(told: Sequence[Figure]) -> Iterator[Together]:
    """As they are written, and with their scales: of "450 and 405 million" the first has none of its own."""
    yield [figure.readings[0][0] for figure in told]
    yield [figure.readings[0][0] * figure.scale for figure in told]


def _as_shares(figure: Figure) -> Iterator[Way]:
    """As one number divided by another: times 100 where it is a percentage, or does not say."""
    if figure.scale != 1:
        return
    for value, step in figure.readings:
        yield Way(value / 100, step / 100)
        if not figure.percent:
            yield Way(value, step)


def _of_two(ordered: Together, ways: Sequence[Way], shares: Sequence[Way]) -> bool:
    """A sum and a difference are `one = other ± value`, an average `one = 2 * value - other`; a share, a change and a
    ratio are `one = other * factor`.
    """
    for other in ordered:
        if any(
            _there(ordered, one, room)
            for value, step, _ in ways
            for signed in (value, -value)
            for one, room in (
                (signed + other, step),
                (signed - other, step),
                (2 * signed - other, 2 * step),
            )
        ):
            return True
        if other and any(
            _there(ordered, other * factor, abs(other) * step)
            for value, step, _ in shares
            for factor in (value, -value, 1 + value, 1 - value, -1 - value, value - 1)
        ):
            return True
    return False


def _of_neighbours(group: Together, ways: Sequence[Way]) -> bool:
    sums = [0.0, *accumulate(group)]
    return any(
        abs(abs(sums[end] - sums[start]) / parts - value) <= _slack(value, step)
        for start in range(len(group))
        for end in range(start + 2, len(sums))
        for parts in (1, end - start)
        for value, step, _ in ways
    )


def _there(ordered: Together, value: float, step: float) -> bool:
    slack = _slack(value, step)
    place = bisect_left(ordered, value - slack)
    return place < len(ordered) and ordered[place] <= value + slack


def _slack(value: float, step: float) -> float:
    """Of the last digit, which may have been cut off as well as rounded."""
    return step + SAME * abs(value)
