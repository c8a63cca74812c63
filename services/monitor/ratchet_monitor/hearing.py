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
    covered = float(told[:, 0].sum()) / answers if answers else 0.0
    return Heard(_scores(_of_one(told.sum(axis=0, keepdims=True))), _scores(told), covered)


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
    scored, few = strata[..., 1], strata[..., 1] < FEWEST
    rest = np.add.reduceat(np.where(few[..., np.newaxis], strata, 0.0).sum(axis=1), starts)
    sums = (scored, weight * scored, weight * strata[..., 2] / MILLION, weight**2 * scored)
    plain = np.stack([np.add.reduceat(its.sum(axis=1), starts) for its in sums], axis=1)
    errors = np.add.reduceat(np.where(few, 0.0, _errors(strata)).sum(axis=2), starts, axis=1) + _errors(rest)
    return [_of(*each) for each in np.column_stack([plain, errors.T]).tolist()]


def unweighted(strata: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]) -> list[Scores]:
    """What `heard_in` hears raw, of each."""
    together = _of_one(np.add.reduceat(strata.sum(axis=1), starts))[:, np.newaxis]
    return scores_of(together, np.ones(together.shape[:2]), np.arange(len(together)))


def _of_one(strata: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """As if nobody had been silent."""
    return np.concatenate([strata[..., 1:2], strata[..., 1:]], axis=-1)


def _scores(strata: npt.NDArray[np.float64]) -> Scores:
    """Each of as many answers as it has."""
    answers, scored = strata[:, 0], strata[:, 1]
    weight = np.divide(answers, scored, out=np.zeros_like(answers), where=scored > 0)
    sums = (scored.sum(), answers[scored > 0].sum(), weight @ strata[:, 2] / MILLION, weight @ answers)
    return _of(*(float(its) for its in (*sums, *_errors(strata).sum(axis=1))))


def _errors(strata: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The last three sums of `Scores`, of each stratum; 0 where nobody spoke.

    Each has two more scores that were made up, one as good and one as bad as can be: where a few speak for most of the
    answers and all of them are content, nothing would be left of the error that matters.
    """
    answers, scored, n = strata[..., 0], strata[..., 1], strata[..., 1] + 2
    mean, square = (strata[..., 2] / MILLION + 1) / n, (strata[..., 3] / MILLION + 1) / n
    error = np.divide(answers**2, scored, out=np.zeros_like(answers), where=scored > 0) * (square - mean**2)
    return np.where(scored > 0, np.stack([answers * mean, answers * mean**2, error]), 0.0)


def _of(n: float, w: float, wx: float, ww: float, mean: float, square: float, error: float) -> Scores:
    its = {"mean_of_strata": mean, "square_of_strata": square, "error_of_strata": error}
    return Scores(n=int(n), w=w, wx=wx, ww=ww, **its)


def _added(one: Stratum, other: Stratum) -> Stratum:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])
