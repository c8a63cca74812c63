"""In a worker process: from outcomes to an estimate's file, and to what held-out outcomes say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ratchet_trainer.alarm import ended_after
from ratchet_trainer.estimate.estimates import Sides, Tried
from ratchet_trainer.estimate.outcomes import Outcome

if TYPE_CHECKING:
    from ratchet_estimate.fitting import Outcome as Lesson

CHEAP, STRONG = "cheap", "strong"


@dataclass(frozen=True, slots=True)
class Lessons:
    sides: Sides
    outcomes: tuple[Outcome, ...]
    weights: tuple[float, ...]
    seed: int


def fit_estimate(lessons: Lessons, path: str, limit_s: int) -> Tried | str:
    """The alarm ends the process at the limit. A text: why there is nothing to learn."""
    from ratchet_estimate import save
    from ratchet_estimate.fitting import CannotEstimateError, fit
    from ratchet_estimate.trial import tried

    known, groups = _as_estimate_reads(lessons)
    try:
        with ended_after(limit_s):
            trial = tried(known, CHEAP, STRONG, groups, seed=lessons.seed)
            found = Tried(
                curve=tuple((point.share, point.threshold, point.quality) for point in trial.curve),
                lift=trial.lift,
                interval=trial.interval,
                cheap_outcomes=sum(one.of == CHEAP for one in known),
                strong_outcomes=sum(one.of == STRONG for one in known),
            )
            if found.beats_chance:  # nobody gets another
                save(fit(known, (CHEAP, STRONG)), Path(path))
    except CannotEstimateError as error:
        return str(error)
    return found


def _as_estimate_reads(lessons: Lessons) -> "tuple[Sequence[Lesson], Sequence[str]]":
    """What is of neither side is left out. The same session, or the same text, is one group."""
    import numpy as np

    from ratchet_estimate import Reading
    from ratchet_estimate.fitting import Outcome as Lesson

    known, groups = list[Lesson](), list[str]()
    for outcome, weight in zip(lessons.outcomes, lessons.weights, strict=True):
        strong = lessons.sides.of(outcome.tier)
        if strong is not None:
            look = outcome.look
            buckets, counts, shape = (
                np.frombuffer(part, kind)
                for part, kind in ((look.buckets, "<i4"), (look.counts, "<i4"), (look.shape, "<f4"))
            )
            known.append(Lesson(Reading(buckets, counts, shape), STRONG if strong else CHEAP, outcome.score, weight))
            groups.append(outcome.session_hash or look.text_hash)
    return known, groups
