"""Does the reader answer questions on financial reports, a table and its text given? All of TAT-QA's development part.

Five-fold over the reports: what is scored was answered by a reader that has seen neither the question nor its report.
Scored as TAT-QA defines it: exact with the scale, and F1 over words, which for what is computed is exact or nothing.
The figures to know (TagOp 50.1 and 58.0, people 84.1 and 90.8) are of another part, TAT-QA's test set. Intervals:
bootstrap over reports.

No reader has seen what it is asked, but whoever wrote its rules has seen about 200 questions with answers out of all
folds, the 40 commonest forms of derivations, and once the wrong answers of the first fold: so the figures without
the first fold stand beside those of all.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_scoring.intervals import mean_interval, paired_gain
from ratchet_student.reader import Answer, sheet_of
from ratchet_student.reader.learning import MOST_BYTES
from ratchet_student.reader.sheet import Sheet
from ratchet_student.reader.untrained import alike_cell, alike_sentence, most_alike
from tests.bench.figure import Figure
from tests.bench.public_data import OnTable, questions_on_tables
from tests.bench.tatqa_readers import SEED, Floats, Ints, folds_of, readers, scores_of

GOAL_EXACT, GOAL_F1, GOAL_S, GOAL_MS = 0.30, 0.38, 60, 20
BINS = 5

BASELINES: Mapping[str, Callable[[str, Sheet], Answer]] = {
    "most alike cell": alike_cell,
    "most alike sentence": alike_sentence,
    "the more alike of both": most_alike,
}


@dataclass(frozen=True, slots=True)
class Told:
    answers: list[Answer]
    fold: Ints
    fit_s: float  # of a core, the longest
    answer_ms: float  # of a core, a question
    megabytes: float  # of a reader's file, the largest


def run() -> list[Figure]:
    asked = questions_on_tables()
    told = _told(asked)
    ours = scores_of(told.answers, asked)
    others = {name: scores_of(_untrained(way, asked), asked) for name, way in BASELINES.items()}
    return [
        _quality("exact", GOAL_EXACT, ours, others, asked, told),
        _quality("F1", GOAL_F1, ours, others, asked, told),
        *_by_kind(ours, asked),
        *_confidence(ours[:, 0], told),
        _time("learning from 1,334 questions", told.fit_s, "s of a core", GOAL_S),
        _time("an answer", told.answer_ms, "ms of a core", GOAL_MS),
        _size(told.megabytes),
    ]


def _told(asked: Sequence[OnTable]) -> Told:
    fold = folds_of(asked)
    learned = readers(asked, fold)
    started = time.process_time()
    answers = [
        learned[where].reader.read(one.taught.question, one.taught.texts, one.taught.tables)
        for one, where in zip(asked, fold.tolist(), strict=True)
    ]
    answer_ms = (time.process_time() - started) * 1000 / len(asked)
    return Told(
        answers, fold, max(one.fit_s for one in learned), answer_ms, max(one.size for one in learned) / 1_000_000
    )


def _untrained(way: Callable[[str, Sheet], Answer], asked: Sequence[OnTable]) -> list[Answer]:
    return [way(one.taught.question, sheet_of(one.taught.texts, one.taught.tables)) for one in asked]


def _quality(
    name: str, goal: float, ours: Floats, others: Mapping[str, Floats], asked: Sequence[OnTable], told: Told
) -> Figure:
    column, reports = ("exact", "F1").index(name), [one.report for one in asked]
    best = max(others, key=lambda one: float(others[one][:, column].mean()))
    scores, of_best = ours[:, column].tolist(), others[best][:, column].tolist()
    mean = mean_interval(scores, groups=reports, seed=SEED)
    gain = paired_gain(scores, of_best, groups=reports, seed=SEED)
    unseen = float(ours[told.fold != 0, column].mean())
    said = "; ".join(f"{one} {its[:, column].mean():.3f}" for one, its in others.items())
    return Figure(
        name=f"reader: {name} on reports with tables, 5-fold",
        value=mean.mean,
        unit=(
            f"of {len(asked)} questions (95 %: {mean.interval.low:.3f} to {mean.interval.high:.3f}; "
            f"without the first fold {unseen:.3f})"
        ),
        goal=f"≥ {goal:.2f}",
        met=mean.mean >= goal,
        baseline=f"{said} (gain over the best {gain.interval.low:+.3f} to {gain.interval.high:+.3f})",
    )


def _by_kind(ours: Floats, asked: Sequence[OnTable]) -> list[Figure]:
    kinds = np.array([one.kind for one in asked])
    return [
        Figure(
            name=f"reader: exact, {kind} answers",
            value=float(ours[kinds == kind, 0].mean()),
            unit=f"of {(kinds == kind).sum()} questions (F1 {ours[kinds == kind, 1].mean():.3f})",
            goal="",
            met=None,
        )
        for kind in sorted(set(kinds))
    ]


def _confidence(exact: Floats, told: Told) -> list[Figure]:
    confidence = np.array([answer.confidence for answer in told.answers])
    sure = np.array([answer.sure for answer in told.answers])
    parts = np.array_split(np.argsort(confidence, kind="stable"), BINS)
    off = sum(len(part) * abs(confidence[part].mean() - exact[part].mean()) for part in parts) / len(exact)
    return [
        Figure(
            name="reader: calibration of its confidence",
            value=float(off),
            unit=f"mean distance from the share that is exact, over {BINS} equal parts",
            goal="≤ 0.05",
            met=bool(off <= 0.05),
        ),
        Figure(
            name="reader: exact, of the answers that it gives, half left to others",
            value=float(exact[sure].mean()),
            unit=f"share of {sure.sum()} questions",
            goal="above that of all",
            met=bool(exact[sure].mean() > exact.mean()),
        ),
    ]


def _time(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name=f"reader: {name}", value=value, unit=unit, goal=f"≤ {goal}", met=value <= goal)


def _size(megabytes: float) -> Figure:
    most = MOST_BYTES / 1_000_000
    return Figure("reader: its file", megabytes, "MB", f"≤ {most:.0f}", megabytes <= most)
