"""Retrieval, tuning, and both: questions on financial reports, all 278 reports in one store. TAT-QA's development part.

| | |
|---|---|
| direct | the untrained reader is given the question alone |
| base_rag | it is given what BM25 finds: the best of three rules, each on the first report and on the one most alike |
| finetuned | the trained reader is given the question alone: it keeps no text of what it learned from, and abstains |
| hybrid_rag_finetuned | the trained reader reads each of the reports that BM25 finds |

A report is its table and its paragraphs, found as one. Of the trained reader's answers the one is taken whose
confidence times the chance that a report of its rank is the right one is highest; those chances are counted among the
questions that the reader learned from. It has seen neither the question nor its report (five-fold over the reports). An
abstention scores 0. Intervals: bootstrap over reports. TAT-QA: NExTplusplus/TAT-QA, CC-BY-4.0.
"""

import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.intervals import mean_interval, paired_gain
from ratchet_student.reader import Answer, Reader, most_alike, sheet_of
from ratchet_student.reader.sheet import Sheet
from tests.bench.bm25 import Bm25
from tests.bench.figure import Figure
from tests.bench.public_data import OnTable, questions_on_tables
from tests.bench.tatqa_reader import BASELINES
from tests.bench.tatqa_readers import SEED, Floats, Ints, folds_of, readers, scores_of

READ = 3  # reports a question
GOAL = 0.11  # of F1, over base_rag


def run() -> list[Figure]:
    asked = questions_on_tables()
    about = {one.report: one for one in asked}
    sheets = [sheet_of(about[place].taught.texts, about[place].taught.tables) for place in range(len(about))]
    index = Bm25([_text_of(about[place]) for place in range(len(about))])
    found = np.array([index.best(one.taught.question, READ) for one in asked])
    right = found == np.array([one.report for one in asked])[:, None]
    fold = folds_of(asked)
    trained = [one.reader for one in readers(asked, fold)]
    mine = [trained[where] for where in fold.tolist()]  # of each question, the reader that has not seen it
    chances = [right[fold != where].mean(axis=0) for where in range(len(trained))]
    started = time.process_time()
    hybrid = [
        _surest(reader, one.taught.question, [sheets[place] for place in ranked], chances[where])
        for reader, one, ranked, where in zip(mine, asked, found.tolist(), fold.tolist(), strict=True)
    ]
    took = time.process_time() - started
    nothing = sheet_of([], [])
    base = _base_rag(asked, found, sheets)
    best = max(base, key=lambda name: float(base[name][:, 1].mean()))
    alone = [reader.answer(one.taught.question, nothing) for reader, one in zip(mine, asked, strict=True)]
    scores = {
        "direct": scores_of([most_alike(one.taught.question, nothing) for one in asked], asked),
        "base_rag": base[best],
        "finetuned": scores_of(alone, asked),
        "hybrid_rag_finetuned": scores_of(hybrid, asked),
    }
    return [
        _gain(scores, asked, base),
        *(_approach(name, its, asked) for name, its in scores.items()),
        *(_found(most, right) for most in (1, READ)),
        Figure("hybrid: an answer, the reports parsed before", took * 1000 / len(asked), "ms of a core", "", None),
    ]


def _surest(reader: Reader, question: str, sheets: Sequence[Sheet], chances: Floats) -> Answer:
    answers = [reader.answer(question, sheet) for sheet in sheets]
    worth = [answer.confidence * chance for answer, chance in zip(answers, chances, strict=True)]
    return answers[int(np.argmax(worth))]


def _base_rag(asked: Sequence[OnTable], found: Ints, sheets: Sequence[Sheet]) -> dict[str, Floats]:
    scores = {}
    for name, rule in BASELINES.items():
        each = [
            [rule(one.taught.question, sheets[place]) for place in ranked]
            for one, ranked in zip(asked, found.tolist(), strict=True)
        ]
        scores[f"{name} of the first"] = scores_of([answers[0] for answers in each], asked)
        most = [max(answers, key=lambda answer: answer.confidence) for answers in each]
        scores[f"{name} of {READ}"] = scores_of(most, asked)
    return scores


def _gain(scores: Mapping[str, Floats], asked: Sequence[OnTable], base: Mapping[str, Floats]) -> Figure:
    reports = [one.report for one in asked]
    ours, theirs = (scores[name][:, 1].tolist() for name in ("hybrid_rag_finetuned", "base_rag"))
    gain = paired_gain(ours, theirs, groups=reports, seed=SEED)
    return Figure(
        name="hybrid: F1 over retrieval with the untrained reader, all reports in one store",
        value=gain.mean,
        unit=f"of {len(asked)} questions (95 %: {gain.interval.low:+.3f} to {gain.interval.high:+.3f})",
        goal=f"≥ {GOAL:.2f}, the interval above 0",
        met=gain.mean >= GOAL and gain.interval.low > 0,
        baseline="; ".join(f"{name} {its[:, 1].mean():.3f}" for name, its in base.items()),
    )


def _approach(name: str, scores: Floats, asked: Sequence[OnTable]) -> Figure:
    reports = [one.report for one in asked]
    exact, f1 = (mean_interval(scores[:, column].tolist(), groups=reports, seed=SEED) for column in (0, 1))
    return Figure(
        name=f"hybrid: F1 of {name}",
        value=f1.mean,
        unit=(
            f"(95 %: {f1.interval.low:.3f} to {f1.interval.high:.3f}); exact {exact.mean:.3f} "
            f"({exact.interval.low:.3f} to {exact.interval.high:.3f})"
        ),
        goal="",
        met=None,
    )


def _found(most: int, right: NDArray[np.bool_]) -> Figure:
    share = float(right[:, :most].any(axis=1).mean())
    return Figure(f"hybrid: right report within {most}, by BM25", share, "of the questions", "", None)


def _text_of(one: OnTable) -> str:
    rows = [" | ".join(map(str, row)) for table in one.taught.tables for row in table]
    return "\n".join([*rows, *one.taught.texts])
