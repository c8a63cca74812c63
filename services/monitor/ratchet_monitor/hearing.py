"""Who gives feedback? People who complain do so more often: answers are told apart by what is known of each of them,
and each stratum counts by how many answers it has, not by how many of them somebody spoke of. Pure.

A stratum is what a cell has in common (version, model, template, document type, …), and beside it how sure the answer
seemed and whether its checks passed. Kept of each are sums, so hours add up.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

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
    for stratum, sums in others.items():
        strata[stratum] = _added(strata.get(stratum, EMPTY), sums)


def heard(strata: Iterable[Stratum]) -> Heard:
    """Those of few scores are pooled, as if the chance of feedback were one in them."""
    told: list[Stratum] = []
    rest = EMPTY
    for one in strata:
        if one[1] >= FEWEST:
            told.append(one)
        else:
            rest = _added(rest, one)
    if rest[1]:
        told.append(rest)
    answers = sum(one[0] for one in told) + (0 if rest[1] else rest[0])
    return Heard(
        _scores((*one, 1.0) for one in told),
        _scores((*one, one[0] / one[1]) for one in told),
        sum(one[0] for one in told) / answers if answers else 0.0,
    )


def weights(strata: Mapping[K, Stratum]) -> dict[K, float]:
    """As `heard` weighs each one's scores; of those that have any."""
    few = [one for one in strata.values() if one[1] < FEWEST]
    answers, scored = sum(one[0] for one in few), sum(one[1] for one in few)
    return {
        name: one[0] / one[1] if one[1] >= FEWEST else answers / scored for name, one in strata.items() if one[1] > 0
    }


def _scores(strata: Iterable[tuple[int, int, int, int, float]]) -> Scores:
    """Each with its weight."""
    n, w, wx, ww, wwx, wwxx = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for _, scored, total, squares, weight in strata:
        x, xx = total / MILLION, squares / MILLION
        n, w, wx, ww = n + scored, w + weight * scored, wx + weight * x, ww + weight**2 * scored
        wwx, wwxx = wwx + weight**2 * x, wwxx + weight**2 * xx
    return Scores(n=n, w=w, wx=wx, ww=ww, wwx=wwx, wwxx=wwxx)


def _added(one: Stratum, other: Stratum) -> Stratum:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])
