"""How good was an answer, by what is known or was said of it?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ratchet_common.corrections import correction_for
from ratchet_common.events import ScoreSource
from ratchet_scoring.scorers import score_corrected, score_output


class Rating(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


RATED = {Rating.POSITIVE: 1.0, Rating.NEUTRAL: 0.5, Rating.NEGATIVE: 0.0}


MOST_STARS = 5


def score(
    rating: Rating | None,
    corrections: Mapping[str, Any],
    *,
    task_type: str,
    output: str | None,
    reference: object = None,
    stars: int | None = None,
) -> tuple[float, ScoreSource]:
    """0 to 1. A reference outranks a correction, and a correction a rating: they say by how much the answer was off.

    Stars are a rating in finer steps: one is 0, three are .5, five are 1. Without any of these it is .5, which says
    nothing (`FeedbackJoined.is_scored`).
    """
    if output is not None:
        if reference is not None:
            return score_output(task_type, output, reference), "reference"
        correction = correction_for(task_type, corrections)
        if correction is not None:
            return score_corrected(task_type, output, correction), "correction"
    return RATED[rating or Rating.NEUTRAL] if stars is None else (stars - 1) / (MOST_STARS - 1), "rating"


def rating_of(stars: int) -> Rating:
    middle = (MOST_STARS + 1) / 2
    return Rating.POSITIVE if stars > middle else Rating.NEGATIVE if stars < middle else Rating.NEUTRAL
