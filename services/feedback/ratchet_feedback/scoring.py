"""How good was an answer, by what is known or was said of it?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ratchet_common.corrections import correction_for
from ratchet_common.events import ScoreSource
from ratchet_scoring.scorers import score_output


class Rating(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


RATED = {Rating.POSITIVE: 1.0, Rating.NEUTRAL: 0.5, Rating.NEGATIVE: 0.0}


def score(
    rating: Rating, corrections: Mapping[str, Any], *, task_type: str, output: str | None, reference: object = None
) -> tuple[float, ScoreSource]:
    """0 to 1. A reference outranks a correction, and a correction a rating: they say by how much the answer was off."""
    if output is not None:
        if reference is not None:
            return score_output(task_type, output, reference), "reference"
        correction = correction_for(task_type, corrections)
        if correction is not None:
            return score_output(task_type, output, correction), "correction"
    return RATED[rating], "rating"
