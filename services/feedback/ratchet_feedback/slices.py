"""Which answers are worse than the others of their task, and which tasks are bad as a whole? By what people said of
them, with or without naming an issue. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, sqrt
from typing import Final
from uuid import UUID

from ratchet_feedback.chances import Gain, Scores, Z, gain_if_mended, holm, wilson
from ratchet_feedback.opportunities import EVIDENCE, Opportunity, Rated

LEAST_ANSWERS: Final = 10
SURE: Final = 0.05  # of all slices that are looked at together
GOOD: Final = 0.8  # mean score of a task: with a fifth of negative ratings it is below, and retraining falls due


class By(StrEnum):
    TASK = "task_type"
    DOCUMENT_TYPE = "document_type"
    TEMPLATE = "template"
    MODEL = "model"
    VERSION = "version_id"


SUGGESTIONS: Final[Mapping[By, str]] = {
    By.TASK: "Correct some of these answers: versions are tuned on corrections. Until then raise accuracy_priority for "
    "this task.",
    By.DOCUMENT_TYPE: "Try a template made for such documents in an experiment, and correct answers on them.",
    By.TEMPLATE: "Compare this template with the task's best one in an experiment, and retire it if it loses.",
    By.MODEL: "Compare this model with a dearer one in an experiment, or raise accuracy_priority for this task.",
    By.VERSION: "Compare this version with the one before in an experiment, and roll it back if it loses.",
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Answers of a task that have something in common, and of which somebody said a word. Each answer has one score.

    `worst`: some of them, the worst first. By TASK: all of the task.
    """

    task_type: str
    by: By
    value: str
    scores: Scores
    words: int
    worst: Sequence[UUID] = ()


def worse_slices(slices: Iterable[Slice], rated: Iterable[Rated]) -> list[Opportunity]:
    """Those of which chance alone does not tell why they are worse: normal test of two means, adjusted by Holm.

    A whole task has no others to be compared with: it is told where its mean is surely below `GOOD`.
    """
    of_task = {row.task_type: row for row in rated}
    looked_at = [one for one in slices if one.scores.n >= LEAST_ANSWERS and one.task_type in of_task]
    gains = {number: gain_if_mended(one.scores, of_task[one.task_type].scores) for number, one in enumerate(looked_at)}
    chances = holm({str(number): _chance(gain) for number, gain in gains.items() if gain is not None})
    found: list[Opportunity] = []
    for number, one in enumerate(looked_at):
        gain = gains[number]
        worse = gain is not None and gain.mean > 0 and chances[str(number)] < SURE
        if worse or (one.by is By.TASK and _is_poor(one.scores)):
            found.append(_opportunity(one, of_task[one.task_type], gain))
    return found


def _chance(gain: Gain) -> float:
    spread = (gain.interval.high - gain.interval.low) / 2 / Z
    return erfc(abs(gain.mean) / spread / sqrt(2)) if spread > 0 else 1.0


def _is_poor(scores: Scores) -> bool:
    interval = wilson(scores.total, scores.n)
    return interval is not None and interval.high < GOOD


def _opportunity(one: Slice, task: Rated, gain: Gain | None) -> Opportunity:
    return Opportunity(
        task_type=one.task_type,
        issue=None,
        by=one.by.value,
        value=one.value,
        count=one.words,
        share=one.words / max(1, task.words),
        answers=one.scores.n,
        mean_score=one.scores.mean,
        weight=one.scores.n - one.scores.total,
        gain=gain,
        suggestion=SUGGESTIONS[one.by],
        evidence=one.worst[:EVIDENCE],
    )
