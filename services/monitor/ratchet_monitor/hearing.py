"""Who gives feedback? People who complain do so more often: answers are told apart by what is known of each of them,
and each stratum counts by how many answers it has, not by how many of them somebody spoke of. Pure.

A stratum is what a cell has in common (version, model, template, document type, …), and beside it how sure the answer
seemed and whether its checks passed. Kept of each are sums, so hours add up.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from ratchet_monitor.drift.accuracy import Scores
from ratchet_monitor.observations import MILLION, Observation

BANDS: Final = (0, 500_000, 700_000, 850_000, 950_000)  # of confidence; band 0: none is known
FEWEST: Final = 5  # scores of a stratum; with fewer its chance of feedback says little, and it is pooled with others

Stratum = tuple[int, int, int, int]  # answers, scored ones, their scores in millionths, and the squares in millionths
Strata = dict[int, Stratum]
EMPTY: Final[Stratum] = (0, 0, 0, 0)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Heard:
    """`raw`: every score counts once. `weighted`: each as often as there are answers of its stratum for one score."""

    raw: Scores
    weighted: Scores
    covered: float  # share of the answers that lie in a stratum with a score; of the others nothing is said


def stratum_of(seen: Observation) -> int:
    band = 0 if seen.confidence is None else bisect_right(BANDS, seen.confidence)
    return 2 * band + seen.misshapen


def with_answer(strata: Strata, stratum: int, score: int | None) -> None:
    """`score`: in millionths; None: nobody spoke of it."""
    said = (1, 0, 0, 0) if score is None else (1, 1, score, round(score * score / MILLION))
    strata[stratum] = _added(strata.get(stratum, EMPTY), said)


def with_strata(strata: dict[K, Stratum], others: Mapping[K, Stratum]) -> None:
    if not strata:
        strata.update(others)
        return
    for stratum, sums in others.items():
        strata[stratum] = _added(strata.get(stratum, EMPTY), sums)


def heard(strata: Iterable[Stratum]) -> Heard:
    return heard_in(np.array(list(strata), np.float64).reshape(-1, len(EMPTY)))


def heard_in(strata: npt.NDArray[np.float64]) -> Heard:
    """A line is a stratum. Those of few scores are pooled, as if the chance of feedback were one in them."""
    few = strata[:, 1] < FEWEST
    told, rest = strata[~few], strata[few].sum(axis=0)
    answers = float(strata[:, 0].sum())
    if rest[1]:
        told = np.vstack([told, rest])
    weight = told[:, 0] / told[:, 1]
    covered = float(told[:, 0].sum()) / answers if answers else 0.0
    return Heard(_scores(told, np.ones(len(told))), _scores(told, weight), covered)


def weights(strata: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """As `heard_in` weighs the scores of each, for several of whom each has the lines from one of `starts` to the next
    (rows, strata, Stratum); 0 where there are none."""
    answers, scored = strata[..., 0], strata[..., 1]
    few, told = scored < FEWEST, scored > 0
    rest, of_rest = (np.add.reduceat(np.where(few, its, 0.0).sum(axis=1), starts) for its in (answers, scored))
    pooled = np.repeat(rest / np.maximum(1.0, of_rest), np.diff([*starts, len(strata)]))[:, np.newaxis]
    own = np.divide(answers, scored, out=np.zeros_like(answers), where=told)
    return np.where(few, np.where(told, pooled, 0.0), own)


def scores_of(
    strata: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]
) -> list[Scores]:
    """What `heard_in` hears weighted, of each of those whose `weights` these are."""
    scored, x, xx = strata[..., 1], strata[..., 2] / MILLION, strata[..., 3] / MILLION
    sums = (scored, weight * scored, weight * x, weight**2 * scored, weight**2 * x, weight**2 * xx)
    each = np.stack([np.add.reduceat(its.sum(axis=1), starts) for its in sums], axis=1)
    return [Scores(n=int(n), w=w, wx=wx, ww=ww, wwx=wwx, wwxx=wwxx) for n, w, wx, ww, wwx, wwxx in each.tolist()]


def _scores(strata: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> Scores:
    """Each with its weight."""
    scored, x, xx = strata[:, 1], strata[:, 2] / MILLION, strata[:, 3] / MILLION
    sums = (weight @ scored, weight @ x, weight**2 @ scored, weight**2 @ x, weight**2 @ xx)
    w, wx, ww, wwx, wwxx = map(float, sums)
    return Scores(n=int(scored.sum()), w=w, wx=wx, ww=ww, wwx=wwx, wwxx=wwxx)


def _added(one: Stratum, other: Stratum) -> Stratum:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])
