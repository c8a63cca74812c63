"""Weak or strong? Five-fold on MMLU: each prompt is judged by an estimate that saw none of its fold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from ratchet_estimate import read
from ratchet_estimate.curves import Curve, gap_recovered, intervals
from ratchet_estimate.fitting import Outcome, fit
from ratchet_router.complexity import complexity
from tests.bench.figure import Figure
from tests.bench.routing.data import CHARACTERS_PER_TOKEN, FOLDS, SEED, Floats, Ints, Pair

GOAL = 0.70
ELSEWHERE = "published: LiteLLM's complexity router .583, RouteLLM's best .603, TF-IDF + logistic regression .695"
BINS = 10
MEASURES: Final[Mapping[str, Callable[[Curve], float]]] = {
    "APGR": lambda curve: curve.area,
    "CPT(50)": lambda curve: curve.least_share(0.5),
    "CPT(80)": lambda curve: curve.least_share(0.8),
}
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Told:
    """`need` for the strong model, by ways of telling it, best first; `weak` as estimated; 95 % of all measures."""

    need: Mapping[str, Floats]
    weak: Floats
    spread: Mapping[str, Mapping[str, Interval]]  # by way and measure

    def curves(self, pair: Pair) -> dict[str, Curve]:
        return {name: gap_recovered(need, pair.gain) for name, need in self.need.items()}


def tell(pair: Pair) -> Told:
    estimated = _held_out(pair, _estimates)
    ours = estimated[:, 1] - estimated[:, 0]
    length = np.array([len(prompt) for prompt in pair.prompts], float)
    need = {
        "oracle": pair.gain,
        "estimate": ours,
        "TF-IDF + logistic regression": _held_out(pair, _tf_idf)[:, 0],
        "prompt length": length,
        "complexity rule": np.array([_complexity(prompt) for prompt in pair.prompts]),
        "random": np.random.default_rng(SEED).random(len(pair.prompts)),
    }
    spread = {way: _spread(its, pair.gain) for way, its in need.items()}
    return Told(need, estimated[:, 0], spread)


def _spread(need: Floats, gain: Floats) -> dict[str, Interval]:
    return dict(zip(MEASURES, intervals(need, gain, list(MEASURES.values()), seed=SEED), strict=True))


def scores_at_half(pair: Pair, curves: Mapping[str, Curve]) -> dict[str, float]:
    """The mean score of each way with half of the calls to the strong model, beside that of either model alone."""
    alone = {"always strong": float(pair.strong.mean()), "always cheap": float(pair.weak.mean())}
    return {way: _score(pair, curve.at(0.5)) for way, curve in curves.items()} | alone


def figures(pair: Pair, told: Told) -> list[Figure]:
    curves = told.curves(pair)
    at_half = scores_at_half(pair, curves)
    area = curves["estimate"].area
    return [
        Figure(
            "routing: APGR, MMLU, 5-fold",
            area,
            in_words(told.spread["estimate"]["APGR"]),
            f"≥ {GOAL}",
            area >= GOAL,
            f"{_beside(curves, lambda curve: curve.area)}; {ELSEWHERE}",
        ),
        *(_least_calls(curves, told, measure) for measure in ("CPT(50)", "CPT(80)")),
        Figure(
            "routing: mean score with half of the calls to the strong model, MMLU",
            at_half["estimate"],
            "right",
            "",
            None,
            "; ".join(f"{way} {score:.3f}" for way, score in at_half.items() if way != "estimate"),
        ),
        Figure(
            "routing: calibration error of 'the weak model will do', MMLU, 5-fold",
            _calibration_error(told.weak, pair.weak),
            f"(Brier {((told.weak - pair.weak) ** 2).mean():.3f})",
            "",
            None,
            f"Brier of its mean alone {pair.weak.var():.3f}",
        ),
    ]


def in_words(spread: Interval) -> str:
    return f"(95 %: {spread[0]:.3f} to {spread[1]:.3f})"


def _least_calls(curves: Mapping[str, Curve], told: Told, measure: str) -> Figure:
    share = MEASURES[measure]
    return Figure(
        f"routing: {measure}, MMLU, 5-fold",
        share(curves["estimate"]),
        f"of calls to the strong model {in_words(told.spread['estimate'][measure])}",
        "",
        None,
        _beside(curves, share),
    )


def _beside(curves: Mapping[str, Curve], of: Callable[[Curve], float]) -> str:
    return "; ".join(f"{name} {of(curve):.3f}" for name, curve in curves.items() if name != "estimate")


def _score(pair: Pair, recovered: float) -> float:
    return float(pair.weak.mean() + recovered * pair.gain.mean())


Way = Callable[[Pair, Ints, Ints], Floats]  # training and held-out places to numbers for the held-out


def _held_out(pair: Pair, way: Way) -> Floats:
    parts = [(np.flatnonzero(pair.fold != one), np.flatnonzero(pair.fold == one)) for one in range(FOLDS)]
    told = [way(pair, training, held_out) for training, held_out in parts]
    out = np.zeros((len(pair.prompts), told[0].shape[1]))
    for (_, held_out), numbers in zip(parts, told, strict=True):
        out[held_out] = numbers
    return out


def _estimates(pair: Pair, training: Ints, held_out: Ints) -> Floats:
    """(held out, weak and strong)."""
    readings = {place: read(pair.prompts[place]) for place in training}
    sides = (("weak", pair.weak), ("strong", pair.strong))
    estimate = fit(
        [Outcome(reading, name, score[place]) for place, reading in readings.items() for name, score in sides],
        [name for name, _ in sides],
    )
    return estimate.all([read(pair.prompts[place]) for place in held_out])


def _tf_idf(pair: Pair, training: Ints, held_out: Ints) -> Floats:
    """As one would do it first: words and pairs in two texts at least, one regression a model."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    learned, asked = words.fit_transform(_at(pair, training)), words.transform(_at(pair, held_out))
    weak, strong = (
        LogisticRegression(max_iter=1000).fit(learned, side[training]).predict_proba(asked)[:, 1]
        for side in (pair.weak, pair.strong)
    )
    return np.array(strong - weak)[:, None]


def _at(pair: Pair, places: Ints) -> Sequence[str]:
    return [pair.prompts[place] for place in places]


def _complexity(prompt: str) -> float:
    return complexity(
        tokens=len(prompt) // CHARACTERS_PER_TOKEN, task_type="qa", document_type=None, text=prompt, documents=1
    )


def _calibration_error(chance: Floats, right: Floats) -> float:
    """Mean distance between what was said and what was so, over ten bins of equal width, by their prompts."""
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    return float(sum(abs((chance[place == one] - right[place == one]).sum()) for one in range(BINS)) / len(chance))
