"""Two templates on the same ground: within each place, and each block of time, in which both were used. Pure.

So what a day did to both is in no difference, and neither is that one of them was used on other days than the other:
days weigh by what both know on them, n m / (n + m), as places do. How sure a difference is, is told by how it differs
between blocks. What only one of the two was used in tells nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ratchet_monitor.blocks import FEWEST, LEVEL, Design, Spread, effect_of, ratio
from ratchet_monitor.counted import BY_BLOCK
from ratchet_monitor.hearing import scores_of, weights
from ratchet_monitor.kinds import Floats, Integers
from ratchet_monitor.known import Apart, Known, difference, known
from ratchet_monitor.observations import MILLION, NANO
from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.uses import Uses

N, MEAN, WORTH = range(3)  # in Cells
WIDTH = 3
# Of one template, by place, and there by block: how many, their mean, and as many yes/no answers as would know it as
# well. Nothing is known where there are none.
Cells = Mapping[Place, Floats]


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
    return uses.once(_quality_cells)


def _quality_cells(uses: Uses) -> Cells:
    spoken = uses.spoken
    if spoken is None:
        return {}
    said, starts = spoken.said, spoken.starts
    weight = weights(spoken.strata, starts)
    n = np.add.reduceat(said[..., 0].sum(axis=2), starts)
    below = np.add.reduceat(np.einsum("rs,rbs->rb", weight, said[..., 0]), starts)
    above = np.add.reduceat(np.einsum("rs,rbs->rb", weight, said[..., 1]), starts) / MILLION
    mean = np.clip(_shares(above, below), 0.0, 1.0)
    each = zip(spoken.places, scores_of(spoken.strata, weight, starts), n, mean, strict=True)
    return {
        place: np.stack([n, mean, n * whole.worth / whole.n], axis=1)
        for place, scores, n, mean in each
        if (whole := known(scores))
    }


def success_cells(uses: Uses) -> Cells:
    """Answers that came and passed their checks, of those that came or failed."""
    return _cells(uses, lambda its: (its["answered"] - its["misshapen"], its["answered"] + its["failed"]))


def cost_cells(uses: Uses) -> Cells:
    """USD of an answer."""
    return _cells(uses, lambda its: (its["cost"] / NANO, its["predictions"]))


def latency_cells(uses: Uses) -> Cells:
    """Milliseconds of an answer."""
    return _cells(uses, lambda its: (its["latency"] / 1000, its["answered"]))


def _cells(uses: Uses, sides: Callable[[Mapping[str, Floats]], tuple[Floats, Floats]]) -> Cells:
    each = list(uses.by_place.values())
    whole = _stacked(each, max(map(len, each), default=0), len(BY_BLOCK))
    above, n = sides({name: whole[..., place] for place, name in enumerate(BY_BLOCK)})
    return dict(zip(uses.by_place, np.stack([n, _shares(above, n), n], axis=-1), strict=True))


def _shares(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


class _Pairs(NamedTuple):
    """Each of a place and a block in which both are known; `ours` and `theirs` as in Cells."""

    number: Integers
    place: Integers
    weight: Floats
    ours: Floats
    theirs: Floats
    blocks: int  # in which there is any


def means_apart(ours: Cells, theirs: Cells) -> Standardised:
    """ours - theirs, of any amount: by leaving out each block in turn."""
    pairs = _pairs(ours, theirs)
    found = _apart(pairs)
    return _standardised(pairs, found, lambda level: _ends(found, level))


def shares_apart(ours: Cells, theirs: Cells) -> Standardised:
    """ours - theirs, of means between 0 and 1: by the intervals of both, as much wider as blocks differ by more than
    chance."""
    pairs = _pairs(ours, theirs)
    found = _apart(pairs)
    if found is None:
        return _standardised(pairs, found, lambda _: None)
    mine, others = _side(pairs, pairs.ours), _side(pairs, pairs.theirs)
    chance = sum(one.mean * (1 - one.mean) / one.worth for one in (mine, others))
    of = Design(effect_of(found, chance), pairs.blocks)
    return _standardised(pairs, found, lambda level: difference(mine.with_design(of), others.with_design(of), level))


def _pairs(ours: Cells, theirs: Cells) -> _Pairs:
    shared = [its for its in ours if its in theirs]
    blocks = max((len(cells[its]) for cells in (ours, theirs) for its in shared), default=0)
    mine, others = (_stacked([cells[its] for its in shared], blocks, WIDTH) for cells in (ours, theirs))
    both = (mine[..., N] > 0) & (others[..., N] > 0)
    places, numbers = np.nonzero(both)
    a, b = mine[both], others[both]
    weight = a[:, N] * b[:, N] / (a[:, N] + b[:, N])
    return _Pairs(numbers, places, weight, a, b, int(both.any(axis=0).sum()))


def _stacked(several: Sequence[Floats], blocks: int, width: int) -> Floats:
    """Of each some blocks, of which nothing is known at the end."""
    found = np.zeros((len(several), blocks, width))
    for place, cells in enumerate(several):
        found[place, : len(cells)] = cells
    return found


def _apart(pairs: _Pairs) -> Spread | None:
    above = np.bincount(pairs.number, pairs.weight * (pairs.ours[:, MEAN] - pairs.theirs[:, MEAN]))
    below = np.bincount(pairs.number, pairs.weight)
    return ratio(zip(above.tolist(), below.tolist(), strict=True))


def _standardised(pairs: _Pairs, found: Spread | None, at: Callable[[float], Apart | None]) -> Standardised:
    return Standardised(
        value=found.value if found else None,
        n=int(pairs.ours[:, N].sum()),
        of_other=int(pairs.theirs[:, N].sum()),
        blocks=pairs.blocks,
        at=at,
    )


def _ends(found: Spread | None, level: float = LEVEL) -> Apart | None:
    ends = found.interval(level) if found else None
    return Apart(found.value, *ends) if found and ends else None


def _side(pairs: _Pairs, cells: Floats) -> Known:
    """The mean of one of the two over the common ground, and how many yes/no answers would know it as well.

    Within places means differ less than over all of them: the worth is that of a mean over strata, where each place's
    variance is told with one yes and one no more (so a place of three good answers is not sure to be good), or that
    of all together, whichever is more.
    """
    whole = float(pairs.weight.sum())
    weight = np.bincount(pairs.place, pairs.weight)
    there = weight > 0
    weight = weight[there]
    above = np.bincount(pairs.place, pairs.weight * cells[:, MEAN])[there]
    squares = np.bincount(pairs.place, pairs.weight**2 / cells[:, WORTH])[there]
    mean = min(1.0, max(0.0, float(above.sum()) / whole))
    worth = whole**2 / float(squares.sum())
    variance = float((squares * _variance(above / weight, weight**2 / squares)).sum()) / whole**2
    return Known(mean, max(worth, mean * (1 - mean) / variance), int(cells[:, N].sum()))


def _variance(mean: Floats, worth: Floats) -> Floats:
    """Of one yes/no answer, in each place."""
    smoothed = (mean * worth + 1) / (worth + 2)
    return smoothed * (1 - smoothed)
