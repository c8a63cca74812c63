"""Which of nine models? Mean score against price, five-fold: a dearer model must be worth its price.

The estimate picks the model with the highest expected score less `weight` times its price; another weight is another
point of the curve. The oracle does the same with the scores themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_estimate import read
from ratchet_estimate.fitting import Outcome, fit
from tests.bench.figure import Figure
from tests.bench.routing.data import FOLDS, SEED, Floats, Ints, Outcomes

WEIGHTS = (0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)  # score for a USD a thousand answers
SHARES = 11
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Points:
    """Mean price of a thousand answers in USD, ascending, and the mean score at it."""

    price: Floats
    score: Floats

    def score_at(self, price: float) -> float:
        return float(np.interp(price, self.price, self.score))

    def price_of(self, score: float) -> float:
        """The lowest at which the score is reached; infinite where it is not."""
        best = np.maximum.accumulate(self.score)
        return float(np.interp(score, best, self.price, right=np.inf))


@dataclass(frozen=True, slots=True)
class Way:
    """(points of the curve, prompts): what each answer costs and how good it is."""

    price: Floats
    score: Floats

    def points(self, weight: Floats | None = None) -> Points:
        weight = np.ones(self.price.shape[1]) if weight is None else weight
        price, score = self.price @ weight / weight.sum(), self.score @ weight / weight.sum()
        order = np.lexsort((score, price))
        return Points(price[order], score[order])


def ways(outcomes: Outcomes) -> dict[str, Way]:
    expected = _expected(outcomes)
    cheapest, best = _cheapest(outcomes), _best(outcomes)
    length = np.array([len(prompt) for prompt in outcomes.prompts], float)
    chance = np.random.default_rng(SEED).random(len(outcomes.prompts))
    return {
        "oracle": _way(outcomes, [_picks(outcomes.score, outcomes, weight) for weight in WEIGHTS]),
        "estimate": _way(outcomes, [_picks(expected, outcomes, weight) for weight in WEIGHTS]),
        "prompt length": _way(outcomes, _by_share(length, cheapest, best)),
        "random": _way(outcomes, _by_share(chance, cheapest, best)),
    }


def singles(outcomes: Outcomes) -> dict[str, tuple[float, float]]:
    """Price and score of each model alone."""
    price, score = outcomes.price.mean(axis=0), outcomes.score.mean(axis=0)
    return {model: (float(price[place]), float(score[place])) for place, model in enumerate(outcomes.models)}


def measures(points: Points, price: float, score: float) -> dict[str, float]:
    """`price` and `score`: of the best single model."""
    return {
        "mean score at its price": points.score_at(price),
        "mean score at a quarter of its price": points.score_at(price / 4),
        "part of its price for its mean score": points.price_of(score) / price,
    }


def spread(outcomes: Outcomes, way: Way) -> dict[str, tuple[float, float]]:
    """95 % of each measure, by bootstrap over prompts."""
    random, count, best = np.random.default_rng(SEED), len(outcomes.prompts), _best(outcomes)
    found = []
    for _ in range(RESAMPLES):
        weight = np.bincount(random.integers(count, size=count), minlength=count).astype(float)
        price, score = (numbers[:, best] @ weight / count for numbers in (outcomes.price, outcomes.score))
        found.append(measures(way.points(weight), float(price), float(score)))
    return {name: _middle([one[name] for one in found]) for name in found[0]}


def _middle(found: Sequence[float]) -> tuple[float, float]:
    """An order statistic, since some may be infinite."""
    ordered = sorted(found)
    return ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered))]


def figures(outcomes: Outcomes, found: Mapping[str, Way]) -> list[Figure]:
    best = outcomes.models[_best(outcomes)]
    price, score = singles(outcomes)[best]
    listed = "; ".join(f"{model} {its:.3f}" for model, (_, its) in singles(outcomes).items())
    by_way = {name: measures(way.points(), price, score) for name, way in found.items()}
    spreads = spread(outcomes, found["estimate"])
    return [
        Figure(
            f"routing: best single model ({best}, {price:.3f} USD a thousand): {measure}",
            ours,
            f"(95 %: {spreads[measure][0]:.3f} to {spreads[measure][1]:.3f})",
            "",
            None,
            "; ".join([*(f"{way} {its[measure]:.3f}" for way, its in by_way.items() if way != "estimate"), listed]),
        )
        for measure, ours in by_way["estimate"].items()
    ]


def _expected(outcomes: Outcomes) -> Floats:
    """(prompts, models), each prompt by an estimate that saw nothing of its fold."""
    readings = [read(prompt) for prompt in outcomes.prompts]
    expected = np.zeros_like(outcomes.score)
    for one in range(FOLDS):
        training, held_out = np.flatnonzero(outcomes.fold != one), np.flatnonzero(outcomes.fold == one)
        known = [
            Outcome(readings[place], model, outcomes.score[place, column])
            for place in training
            for column, model in enumerate(outcomes.models)
        ]
        expected[held_out] = fit(known, outcomes.models).all([readings[place] for place in held_out])
    return expected


def _picks(expected: Floats, outcomes: Outcomes, weight: float) -> Ints:
    """Of equals the cheaper."""
    picked: Ints = (expected - (weight + 1e-9) * outcomes.price).argmax(axis=1)
    return picked


def _by_share(need: Floats, cheapest: int, best: int) -> Sequence[Ints]:
    """The neediest of the prompts to the best model, in shares from none to all."""
    rank = np.argsort(np.argsort(-need, kind="stable"), kind="stable") / len(need)
    return [np.where(rank < share, best, cheapest) for share in np.linspace(0, 1, SHARES)]


def _way(outcomes: Outcomes, picked: Sequence[Ints]) -> Way:
    each = np.arange(len(outcomes.prompts))
    price, score = (np.array([numbers[each, one] for one in picked]) for numbers in (outcomes.price, outcomes.score))
    return Way(price, score)


def _best(outcomes: Outcomes) -> int:
    return int(outcomes.score.mean(axis=0).argmax())


def _cheapest(outcomes: Outcomes) -> int:
    return int(outcomes.price.mean(axis=0).argmin())
