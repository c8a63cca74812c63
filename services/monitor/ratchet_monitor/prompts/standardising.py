"""Two templates on the same ground: within each place, and each block of time, in which both were used. Pure.

So what a day did to both is in no difference, and neither is that one of them was used on other days than the other:
days weigh by what both know on them, n m / (n + m), as places do. How sure a difference is, is told by how it differs
between blocks. What only one of the two was used in tells nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ratchet_monitor.blocks import FEWEST, LEVEL, Design, Spread, effect_of, ratio
from ratchet_monitor.counted import Sums
from ratchet_monitor.hearing import heard, weights
from ratchet_monitor.known import Apart, Known, difference, known
from ratchet_monitor.observations import MILLION, NANO
from ratchet_monitor.prompts.uses import Place, Uses, succeeded


class Cell(NamedTuple):
    """Of one template in one place and block. `worth`: as many yes/no answers would know the mean as well."""

    n: int
    mean: float
    worth: float


Cells = Mapping[tuple[Place, int], Cell]


class Standardised(NamedTuple):
    """`n`, `of_other`: scores, or answers, on common ground. `blocks`: of time, in which there is any."""

    value: float | None
    n: int
    of_other: int
    blocks: int
    at: Callable[[float], Apart | None]  # by level; None where nobody knows how blocks differ

    def suffices(self, needed: int) -> bool:
        return min(self.n, self.of_other) >= needed and self.blocks >= FEWEST


def quality_cells(uses: Uses) -> Cells:
    """Each score weighs as in the place as a whole: by who gives feedback there."""
    found: dict[tuple[Place, int], Cell] = {}
    for place, strata in uses.strata.items():
        whole = known(heard(strata.values()).weighted)
        if whole is None:
            continue
        weighs = weights(strata)
        for number, sums in uses.blocks.get(place, {}).items():
            n = sum(scored for scored, _ in sums.said.values())
            if n:
                below = sum(weighs[whose] * scored for whose, (scored, _) in sums.said.items())
                above = sum(weighs[whose] * score / MILLION for whose, (_, score) in sums.said.items())
                found[place, number] = Cell(n, min(1.0, max(0.0, above / below)), n * whole.worth / whole.n)
    return found


def success_cells(uses: Uses) -> Cells:
    return _cells(uses, succeeded)


def cost_cells(uses: Uses) -> Cells:
    """USD of an answer."""
    return _cells(uses, lambda sums: (sums.cost / NANO, sums.predictions))


def latency_cells(uses: Uses) -> Cells:
    """Milliseconds of an answer."""
    return _cells(uses, lambda sums: (sums.latency / 1000, sums.answered))


def _cells(uses: Uses, sides: Callable[[Sums], tuple[float, int]]) -> Cells:
    each = [(place, number, *sides(sums)) for place, blocks in uses.blocks.items() for number, sums in blocks.items()]
    return {(place, number): Cell(n, above / n, n) for place, number, above, n in each if n}


class _Pair(NamedTuple):
    number: int
    place: Place
    weight: float
    ours: Cell
    theirs: Cell


def means_apart(ours: Cells, theirs: Cells) -> Standardised:
    """ours - theirs, of any amount: by leaving out each block in turn."""
    pairs, found = _pairs(ours, theirs)
    return _standardised(pairs, found, lambda level: _ends(found, level))


def shares_apart(ours: Cells, theirs: Cells) -> Standardised:
    """ours - theirs, of means between 0 and 1: by the intervals of both, as much wider as blocks differ by more than
    chance."""
    pairs, found = _pairs(ours, theirs)
    if not pairs or found is None:
        return _standardised(pairs, found, lambda _: None)
    mine = _side([(pair, pair.ours) for pair in pairs])
    others = _side([(pair, pair.theirs) for pair in pairs])
    chance = sum(one.mean * (1 - one.mean) / one.worth for one in (mine, others))
    of = Design(effect_of(found, chance), len({pair.number for pair in pairs}))
    return _standardised(pairs, found, lambda level: difference(mine.with_design(of), others.with_design(of), level))


def _pairs(ours: Cells, theirs: Cells) -> tuple[list[_Pair], Spread | None]:
    pairs = []
    for (place, number), a in ours.items():
        if b := theirs.get((place, number)):
            pairs.append(_Pair(number, place, a.n * b.n / (a.n + b.n), a, b))
    by_block: dict[int, tuple[float, float]] = {}
    for pair in pairs:
        above, below = by_block.get(pair.number, (0.0, 0.0))
        by_block[pair.number] = above + pair.weight * (pair.ours.mean - pair.theirs.mean), below + pair.weight
    return pairs, ratio(by_block[number] for number in sorted(by_block))


def _standardised(pairs: Sequence[_Pair], found: Spread | None, at: Callable[[float], Apart | None]) -> Standardised:
    return Standardised(
        value=found.value if found else None,
        n=sum(pair.ours.n for pair in pairs),
        of_other=sum(pair.theirs.n for pair in pairs),
        blocks=len({pair.number for pair in pairs}),
        at=at,
    )


def _ends(found: Spread | None, level: float = LEVEL) -> Apart | None:
    ends = found.interval(level) if found else None
    return Apart(found.value, *ends) if found and ends else None


def _side(pairs: Sequence[tuple[_Pair, Cell]]) -> Known:
    """The mean of one of the two over the common ground, and how many yes/no answers would know it as well.

    Within places means differ less than over all of them: the worth is that of a mean over strata, where each place's
    variance is told with one yes and one no more (so a place of three good answers is not sure to be good), or that
    of all together, whichever is more.
    """
    whole = sum(pair.weight for pair, _ in pairs)
    sums: dict[Place, tuple[float, float]] = {}  # by place: weight times mean, squared weight by worth
    weight: dict[Place, float] = {}
    for pair, cell in pairs:
        above, squares = sums.get(pair.place, (0.0, 0.0))
        sums[pair.place] = above + pair.weight * cell.mean, squares + pair.weight**2 / cell.worth
        weight[pair.place] = weight.get(pair.place, 0.0) + pair.weight
    mean = min(1.0, max(0.0, sum(above for above, _ in sums.values()) / whole))
    worth = whole**2 / sum(squares for _, squares in sums.values())
    variance = (
        sum(
            squares * _variance(above / weight[place], weight[place] ** 2 / squares)
            for place, (above, squares) in sums.items()
        )
        / whole**2
    )
    return Known(mean, max(worth, mean * (1 - mean) / variance), sum(cell.n for _, cell in pairs))


def _variance(mean: float, worth: float) -> float:
    """Of one yes/no answer."""
    smoothed = (mean * worth + 1) / (worth + 2)
    return smoothed * (1 - smoothed)
