"""Does the student find what people would say of a meeting? 80 words of the transcript for each question of QMSum."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from ratchet_scoring.rouge import Rouge, rouge_all
from ratchet_student import Student, fit
from ratchet_student.sentences import sentences
from tests.bench.figure import Figure
from tests.bench.public_data import Question, questions

SEED, BUDGET, RESAMPLES = 42, 80, 2000
GOAL_ROUGE_1, GOAL_ROUGE_2, GOAL_ROUGE_L, GOAL_S = 0.26, 0.05, 0.16, 180

Order = Callable[[Sequence[str], Sequence[str]], NDArray[np.int64]]  # (sentences, questions) to the places, best first


@dataclass(frozen=True, slots=True)
class Scores:
    rouge: list[Rouge]  # of each question

    def of(self, which: str) -> list[float]:
        return [getattr(one, which) for one in self.rouge]

    def mean(self, which: str) -> float:
        return float(np.mean(self.of(which)))


def run() -> list[Figure]:
    training, asked = questions("train"), questions("val")
    started = time.perf_counter()
    student = fit("summary", [one.example for one in training], seed=SEED)
    seconds = time.perf_counter() - started
    ours = summarised(student, asked)
    others = {name: chosen(order, asked) for name, order in ORDERS.items()}
    return [
        _rouge_1(ours, others, asked),
        _beside("rouge_2", GOAL_ROUGE_2, ours, others),
        _beside("rouge_l", GOAL_ROUGE_L, ours, others),
        Figure(
            name="student: learning from 1,257 questions about meetings",
            value=seconds,
            unit="s",
            goal=f"≤ {GOAL_S}",
            met=seconds <= GOAL_S,
        ),
    ]


def summarised(student: Student, asked: Sequence[Question]) -> Scores:
    examples = [one.example for one in asked]
    answers = student.predict_many(
        [example.document for example in examples], [example.question for example in examples], budget_words=BUDGET
    )
    return _scores([answer.output for answer in answers], asked)


def chosen(order: Order, asked: Sequence[Question]) -> Scores:
    outputs = []
    for meeting in dict.fromkeys(one.meeting for one in asked):
        about = [one.example for one in asked if one.meeting == meeting]
        texts = [str(sentence) for sentence in sentences(about[0].document)]
        outputs += [_first_words(texts, best) for best in order(texts, [example.question for example in about])]
    return _scores(outputs, asked)


def by_similarity(texts: Sequence[str], asked: Sequence[str]) -> NDArray[np.int64]:
    vectorizer = TfidfVectorizer(sublinear_tf=True).fit(texts)
    similar = (vectorizer.transform(asked) @ vectorizer.transform(texts).T).toarray()
    return np.asarray(np.argsort(-similar, axis=1, kind="stable"))


def as_they_come(texts: Sequence[str], asked: Sequence[str]) -> NDArray[np.int64]:
    return np.tile(np.arange(len(texts)), (len(asked), 1))


def longest_first(texts: Sequence[str], asked: Sequence[str]) -> NDArray[np.int64]:
    order = np.argsort([-len(text.split()) for text in texts], kind="stable")
    return np.tile(order, (len(asked), 1))


ORDERS = {
    "sentences most similar to the question": by_similarity,
    "first sentences": as_they_come,
    "longest sentences": longest_first,
}


def _first_words(texts: Sequence[str], best: NDArray[np.int64]) -> str:
    """BUDGET words of the best sentences, the last one cut: no baseline loses for a sentence that does not fit."""
    words: list[str] = []
    for place in best:
        words += texts[place].split()
        if len(words) >= BUDGET:
            break
    return " ".join(words[:BUDGET])


def _scores(outputs: Sequence[str], asked: Sequence[Question]) -> Scores:
    return Scores([rouge_all(output, str(one.example.target)) for output, one in zip(outputs, asked, strict=True)])


def _rouge_1(ours: Scores, others: dict[str, Scores], asked: Sequence[Question]) -> Figure:
    gains = {name: _interval(ours.of("rouge_1"), theirs.of("rouge_1"), asked) for name, theirs in others.items()}
    beside = [
        f"{name} {100 * others[name].mean('rouge_1'):.1f} (gain {100 * low:+.1f} to {100 * high:+.1f})"
        for name, (low, high) in gains.items()
    ]
    return Figure(
        name="student: ROUGE-1, 80 words a question, meetings",
        value=100 * ours.mean("rouge_1"),
        unit=f"F1 × 100, {len(asked)} questions",  # noqa: RUF001
        goal=f"≥ {100 * GOAL_ROUGE_1:.0f}, and above each baseline: the 95 % interval (meetings resampled) without 0",
        met=ours.mean("rouge_1") >= GOAL_ROUGE_1 and min(low for low, _ in gains.values()) > 0,
        baseline="; ".join(beside),
    )


def _interval(ours: Sequence[float], theirs: Sequence[float], asked: Sequence[Question]) -> tuple[float, float]:
    """95 % of the mean gain, paired bootstrap; the questions about a meeting are drawn together."""
    meeting, random = np.array([one.meeting for one in asked]), np.random.default_rng(SEED)
    sums, sizes = np.bincount(meeting, np.subtract(ours, theirs)), np.bincount(meeting)
    drawn = random.integers(len(sizes), size=(RESAMPLES, len(sizes)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _beside(which: str, goal: float, ours: Scores, others: dict[str, Scores]) -> Figure:
    return Figure(
        name=f"student: {which.upper().replace('_', '-')}, 80 words a question, meetings",
        value=100 * ours.mean(which),
        unit="F1 × 100",  # noqa: RUF001
        goal=f"≥ {100 * goal:.0f}",
        met=ours.mean(which) >= goal,
        baseline="; ".join(f"{name} {100 * theirs.mean(which):.1f}" for name, theirs in others.items()),
    )
