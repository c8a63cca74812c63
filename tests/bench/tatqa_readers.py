"""Five readers of TAT-QA's development part, each of all reports but those of its fold, and how their answers score.

They are kept under build/ while neither the examples nor the library change: to learn them takes minutes.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import ratchet_student
from ratchet_scoring.hybrid_answers import HybridAnswer, HybridScore, hybrid_score
from ratchet_student import Aim
from ratchet_student.reader import Answer, Reader, fit, load, save
from tests.bench.public_data import OnTable

SEED, FOLDS = 42, 5
COVERAGE = 0.5  # of the questions that a reader answers where others could be asked
KEPT = Path("build/tatqa_readers")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Learned:
    reader: Reader
    fit_s: float  # of a core
    size: int  # bytes of its file


def folds_of(asked: Sequence[OnTable]) -> Ints:
    """Of each question; all of a report's are in one."""
    reports = np.array([one.report for one in asked])
    fold: Ints = np.random.default_rng(SEED).permutation(reports.max() + 1)[reports] % FOLDS
    return fold


def readers(asked: Sequence[OnTable], fold: Ints) -> list[Learned]:
    """By fold: each has learned from all the others."""
    folder = KEPT / _state_of(asked)
    return [
        _learned([its.taught for its, where in zip(asked, fold, strict=True) if where != one], folder / str(one))
        for one in range(FOLDS)
    ]


def scores_of(answers: Sequence[Answer], asked: Sequence[OnTable]) -> Floats:
    """(questions, 2): exact and F1."""
    return np.array([_score(answer, one) for answer, one in zip(answers, asked, strict=True)])


def _score(answer: Answer, one: OnTable) -> HybridScore:
    said, meant = HybridAnswer(answer.parts, answer.scale), HybridAnswer(one.taught.parts, one.taught.scale)
    return hybrid_score(said, meant, computed=one.computed)


def _learned(examples: Sequence[ratchet_student.reader.Taught], path: Path) -> Learned:
    about = path.with_suffix(".json")
    if not about.exists():
        started = time.process_time()
        reader = fit(examples, SEED, Aim(score=1.0, coverage=COVERAGE))
        took = time.process_time() - started
        about.parent.mkdir(parents=True, exist_ok=True)
        about.write_text(json.dumps({"sha256": save(reader, path), "fit_s": took}))
    told = json.loads(about.read_text())
    return Learned(load(path, told["sha256"]), told["fit_s"], path.stat().st_size)


def _state_of(asked: Sequence[OnTable]) -> str:
    told = hashlib.sha256(repr([one.taught for one in asked]).encode())
    for path in sorted(Path(ratchet_student.__file__).parent.rglob("*.py")):
        told.update(path.read_bytes())
    return told.hexdigest()[:16]
