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


def curves(outcomes: Outcomes) -> dict[str, Points]:
    expected = _expected(outcomes)
    cheapest, best = _cheapest(outcomes), _best(outcomes)
    length = np.array([len(prompt) for prompt in outcomes.prompts], float)
    chance = np.random.default_rng(SEED).random(len(outcomes.prompts))
    return {
        "oracle": _points(outcomes, [_picks(outcomes.score, outcomes, weight) for weight in WEIGHTS]),
        "estimate": _points(outcomes, [_picks(expected, outcomes, weight) for weight in WEIGHTS]),
        "prompt length": _points(outcomes, _by_share(length, cheapest, best)),
        "random": _points(outcomes, _by_share(chance, cheapest, best)),
    }


def singles(outcomes: Outcomes) -> dict[str, tuple[float, float]]:
    """Price and score of each model alone."""
    price, score = outcomes.price.mean(axis=0), outcomes.score.mean(axis=0)
    return {model: (float(price[place]), float(score[place])) for place, model in enumerate(outcomes.models)}


def figures(outcomes: Outcomes, found: Mapping[str, Points]) -> list[Figure]:
    best = outcomes.models[_best(outcomes)]
    price, score = singles(outcomes)[best]
    listed = "; ".join(f"{model} {its:.3f}" for model, (_, its) in singles(outcomes).items())
    ours = found["estimate"]
    return [
        Figure(
            f"routing: mean score at the price of the best single model ({best}, {price:.3f} USD a thousand)",
            ours.score_at(price),
            "score",
            "",
            None,
            f"{_others(found, price)}; {listed}",
        ),
        Figure(
            "routing: price of the best single model's mean score",
            ours.price_of(score) / price,
            "of its price",
            "",
            None,
            f"oracle {found['oracle'].price_of(score) / price:.3f}",
        ),
        Figure(
            "routing: mean score at a quarter of the best single model's price",
            ours.score_at(price / 4),
            "score",
            "",
            None,
            _others(found, price / 4),
        ),
    ]


def _others(found: Mapping[str, Points], price: float) -> str:
    return "; ".join(f"{name} {points.score_at(price):.3f}" for name, points in found.items() if name != "estimate")


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


def _points(outcomes: Outcomes, ways: Sequence[Ints]) -> Points:
    each = np.arange(len(outcomes.prompts))
    found = sorted((outcomes.price[each, way].mean(), outcomes.score[each, way].mean()) for way in ways)
    price, score = np.array(found).T
    return Points(price, score)


def _best(outcomes: Outcomes) -> int:
    return int(outcomes.score.mean(axis=0).argmax())


def _cheapest(outcomes: Outcomes) -> int:
    return int(outcomes.price.mean(axis=0).argmin())
