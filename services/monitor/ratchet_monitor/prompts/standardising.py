"""Two templates on the same ground: within each place, and each block of time, in which both were used. Pure.

So what a day did to both is in no difference, and neither is that one of them was used on other days than the other:
days weigh by what both know on them, n m / (n + m), as places do. How sure a difference is, is told by how it differs
between blocks. What only one of the two was used in tells nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import numpy as np

from ratchet_monitor.blocks import FEWEST, LEVEL, Design, Spread, effect_of, ratio
from ratchet_monitor.counted import BY_BLOCK
from ratchet_monitor.hearing import scores_of, weights
from ratchet_monitor.kinds import Floats, Integers
from ratchet_monitor.known import Apart, Known, difference, known
from ratchet_monitor.observations import MILLION, NANO
from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.uses import Uses

K = TypeVar("K")
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

    shared: Sequence[Place]
    number: Integers
    place: Integers  # in `shared`
    weight: Floats
    ours: Floats
    theirs: Floats


class _Ground(NamedTuple):
    """What both have in common in a group of places."""

    found: Spread | None
    n: int
    of_other: int
    blocks: int


NOTHING: Final = _Ground(None, 0, 0, 0)


def means_apart(ours: Cells, theirs: Cells) -> Standardised:
    """ours - theirs, of any amount: by leaving out each block in turn."""
    pairs = _pairs(ours, theirs)
    ground = next(iter(_grounds(pairs, *_all_as_one(pairs))), NOTHING)
    return _standardised(ground, lambda level: _ends(ground.found, level))


def shares_apart(ours: Cells, theirs: Cells) -> Standardised:
    """ours - theirs, of means between 0 and 1: by the intervals of both, as much wider as blocks differ by more than
    chance."""
    pairs = _pairs(ours, theirs)
    held = _shares_apart(pairs, *_all_as_one(pairs))
    return held[0] if held else _standardised(NOTHING, lambda _: None)


def shares_apart_by(ours: Cells, theirs: Cells, of: Callable[[Place], K]) -> dict[K, Standardised]:
    """What `shares_apart` would tell of the places of each alone, where they share any."""
    pairs, numbers = _pairs(ours, theirs), dict[K, int]()
    group = np.array([numbers.setdefault(of(place), len(numbers)) for place in pairs.shared], np.int64)
    return dict(zip(numbers, _shares_apart(pairs, group, len(numbers)), strict=True))


def _all_as_one(pairs: _Pairs) -> tuple[Integers, int]:
    return np.zeros(len(pairs.shared), np.int64), min(1, len(pairs.shared))


def _shares_apart(pairs: _Pairs, group: Integers, groups: int) -> list[Standardised]:
    """`group`: of each of the places that both share."""
    sides = (_sides(pairs, cells, group, groups) for cells in (pairs.ours, pairs.theirs))
    return [_share_apart(*one) for one in zip(_grounds(pairs, group, groups), *sides, strict=True)]


def _share_apart(ground: _Ground, mine: Known | None, others: Known | None) -> Standardised:
    if ground.found is None or mine is None or others is None:
        return _standardised(ground, lambda _: None)
    chance = sum(one.mean * (1 - one.mean) / one.worth for one in (mine, others))
    of = Design(effect_of(ground.found, chance), ground.blocks)
    return _standardised(ground, lambda level: difference(mine.with_design(of), others.with_design(of), level))


def _grounds(pairs: _Pairs, group: Integers, groups: int) -> list[_Ground]:
    its, blocks = group[pairs.place], int(pairs.number.max(initial=-1)) + 1
    above, below = (
        np.bincount(its * blocks + pairs.number, one, groups * blocks).reshape(groups, blocks)
        for one in (pairs.weight * (pairs.ours[:, MEAN] - pairs.theirs[:, MEAN]), pairs.weight)
    )
    n, of_other = (np.bincount(its, cells[:, N], groups).astype(int).tolist() for cells in (pairs.ours, pairs.theirs))
    there = (below > 0).sum(axis=1).tolist()
    found = [ratio(zip(*one, strict=True)) for one in zip(above.tolist(), below.tolist(), strict=True)]
    return [_Ground(*one) for one in zip(found, n, of_other, there, strict=True)]


def _pairs(ours: Cells, theirs: Cells) -> _Pairs:
    shared = [its for its in ours if its in theirs]
    blocks = max((len(cells[its]) for cells in (ours, theirs) for its in shared), default=0)
    mine, others = (_stacked([cells[its] for its in shared], blocks, WIDTH) for cells in (ours, theirs))
    both = (mine[..., N] > 0) & (others[..., N] > 0)
    places, numbers = np.nonzero(both)
    a, b = mine[both], others[both]
    weight = a[:, N] * b[:, N] / (a[:, N] + b[:, N])
    return _Pairs(shared, numbers, places, weight, a, b)


def _stacked(several: Sequence[Floats], blocks: int, width: int) -> Floats:
    """Of each some blocks, of which nothing is known at the end."""
    found = np.zeros((len(several), blocks, width))
    for place, cells in enumerate(several):
        found[place, : len(cells)] = cells
    return found


def _standardised(ground: _Ground, at: Callable[[float], Apart | None]) -> Standardised:
    value = ground.found.value if ground.found else None
    return Standardised(value, ground.n, ground.of_other, ground.blocks, at)


def _ends(found: Spread | None, level: float = LEVEL) -> Apart | None:
    ends = found.interval(level) if found else None
    return Apart(found.value, *ends) if found and ends else None


def _sides(pairs: _Pairs, cells: Floats, group: Integers, groups: int) -> list[Known | None]:
    """Of each group of places: the mean of one of the two over the common ground, and how many yes/no answers would
    know it as well.

    Within places means differ less than over all of them: the worth is that of a mean over strata, where each place's
    variance is told with one yes and one no more (so a place of three good answers is not sure to be good), or that
    of all together, whichever is more.
    """
    weight = np.bincount(pairs.place, pairs.weight, len(group))
    there = weight > 0
    weight, its = weight[there], group[there]
    above = np.bincount(pairs.place, pairs.weight * cells[:, MEAN], len(group))[there]
    squares = np.bincount(pairs.place, pairs.weight**2 / cells[:, WORTH], len(group))[there]
    spread = squares * _variance(above / weight, weight**2 / squares)
    n = np.bincount(group[pairs.place], cells[:, N], groups)
    sums = (np.bincount(its, one, groups).tolist() for one in (weight, above, squares, spread))
    return [_known(*one) for one in zip(*sums, n.tolist(), strict=True)]


def _known(weight: float, above: float, squares: float, spread: float, n: float) -> Known | None:
    if not weight:
        return None
    mean = min(1.0, max(0.0, above / weight))
    return Known(mean, max(weight**2 / squares, mean * (1 - mean) * weight**2 / spread), int(n))


def _variance(mean: Floats, worth: Floats) -> Floats:
    """Of one yes/no answer, in each place."""
    smoothed = (mean * worth + 1) / (worth + 2)
    return smoothed * (1 - smoothed)
