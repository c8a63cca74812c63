"""Does the student find the sentences of e-mails that ask for or promise an action? Five-fold on the training file."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union

from ratchet_student import Example, fit
from tests.bench.figure import Figure
from tests.bench.public_data import e_mails

SEED, FOLDS, RESAMPLES = 42, 5, 2000
GOAL, GOAL_S = 0.80, 20

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Folds = Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]


@dataclass(frozen=True, slots=True)
class Told:
    yes: Bools  # for each text
    confidence: Floats
    seconds: float  # the longest fit


Way = Callable[[Sequence[Example], Sequence[str]], Told]


def run() -> list[Figure]:
    examples = e_mails()
    truth = np.array([example.target == "Yes" for example in examples])
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth))
    ours, *theirs = (_held_out(way, examples, folds) for way in (_student, *_BASELINES.values()))
    others = dict(zip(_BASELINES, theirs, strict=True))
    f1, right = _mean_f1(truth, ours.yes, folds), ours.yes == truth
    return [
        Figure(
            name="student: F1 of Yes, e-mail sentences, 5-fold",
            value=f1,
            unit="F1",
            goal=f"≥ {GOAL}",
            met=f1 >= GOAL,
            baseline="; ".join(_beside(name, truth, ours.yes, other.yes, folds) for name, other in others.items()),
        ),
        Figure(
            name="student: accuracy, e-mail sentences, 5-fold",
            value=float(right.mean()),
            unit="share of texts",
            goal="",
            met=None,
            baseline="; ".join(f"{name} {(other.yes == truth).mean():.3f}" for name, other in others.items()),
        ),
        Figure(
            name="student: calibration error of the confidence, e-mail sentences, 5-fold",
            value=_calibration_error(ours.confidence, right),
            unit=f"(mean confidence {ours.confidence.mean():.3f})",
            goal="",
            met=None,
        ),
        Figure(
            name="student: learning from 2,900 e-mail sentences",
            value=ours.seconds,
            unit="s",
            goal=f"≤ {GOAL_S}",
            met=ours.seconds <= GOAL_S,
        ),
    ]


def _held_out(way: Way, examples: Sequence[Example], folds: Folds) -> Told:
    yes, confidence, seconds = np.zeros(len(examples), bool), np.zeros(len(examples)), 0.0
    for training, held_out in folds:
        told = way([examples[place] for place in training], [examples[place].document for place in held_out])
        yes[held_out], confidence[held_out] = told.yes, told.confidence
        seconds = max(seconds, told.seconds)
    return Told(yes, confidence, seconds)


def _student(training: Sequence[Example], texts: Sequence[str]) -> Told:
    started = time.perf_counter()
    student = fit("classification", training)
    seconds = time.perf_counter() - started
    answers = student.predict_many(texts)
    return Told(
        np.array([answer.label == "Yes" for answer in answers]),
        np.array([answer.confidence for answer in answers]),
        seconds,
    )


def _regression(strength: float, *vectorizers: TfidfVectorizer) -> Way:
    def way(training: Sequence[Example], texts: Sequence[str]) -> Told:
        model: Any = make_pipeline(make_union(*vectorizers), LogisticRegression(C=strength, max_iter=1000))
        started = time.perf_counter()
        model.fit([example.document for example in training], [example.target == "Yes" for example in training])
        seconds = time.perf_counter() - started
        chances = model.predict_proba(texts)
        return Told(chances[:, 1] > chances[:, 0], chances.max(axis=1), seconds)

    return way


_WORDS = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
_LETTERS = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
_BASELINES: Mapping[str, Way] = {
    "word TF-IDF + LR": _regression(1, _WORDS),
    "with char n-grams": _regression(1, _WORDS, _LETTERS),
    "word TF-IDF + LR, C=10": _regression(10, _WORDS),
}


def _mean_f1(truth: Bools, told: Bools, folds: Folds) -> float:
    return float(np.mean([f1_score(truth[held_out], told[held_out]) for _, held_out in folds]))


def _beside(name: str, truth: Bools, ours: Bools, theirs: Bools, folds: Folds) -> str:
    """A baseline's F1 and the 95 % interval by which ours is higher (paired bootstrap over texts)."""
    random, gains = np.random.default_rng(SEED), []
    for _ in range(RESAMPLES):
        drawn = random.integers(len(truth), size=len(truth))
        gains.append(_f1(truth[drawn], ours[drawn]) - _f1(truth[drawn], theirs[drawn]))
    low, high = np.quantile(gains, [0.025, 0.975])
    return f"{name} {_mean_f1(truth, theirs, folds):.3f} (gain {low:+.3f} to {high:+.3f})"


def _f1(truth: Bools, told: Bools) -> float:
    return float(2 * (truth & told).sum() / (truth.sum() + told.sum()))


def _calibration_error(confidence: Floats, right: Bools) -> float:
    """Mean distance between confidence and share of right answers, over ten bins of equal width, by their texts."""
    place = np.minimum((confidence * 10).astype(int), 9)
    off = [abs((confidence[place == one] - right[place == one]).sum()) for one in np.unique(place)]
    return float(sum(off) / len(confidence))
