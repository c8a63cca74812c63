"""What an answer is worth that says nothing about the very request: no better than that proves nothing. Pure."""

import statistics
from collections.abc import Sequence
from itertools import islice

from ratchet_scoring.scorers import score_output

COMMONEST = "always answering the commonest label"
TO_OTHERS = "answering with what it says to other requests"
OTHERS = 4  # answers to other requests make a case's floor

Target = str | list[str]


def of_commonest(task_type: str, commonest: str, targets: Sequence[Target]) -> list[float | None]:
    return [score_output(task_type, commonest, target) for target in targets]


def of_others(
    task_type: str, outputs: Sequence[str], targets: Sequence[Target], groups: Sequence[str]
) -> list[float | None]:
    """For free text: what the candidate said to other requests, of other groups. None where there is no other group.

    References by which those are as good cannot tell answers apart, and "not worse" by them means nothing.
    """
    return [_of_others(place, task_type, outputs, targets, groups) for place in range(len(targets))]


def _of_others(
    place: int, task_type: str, outputs: Sequence[str], targets: Sequence[Target], groups: Sequence[str]
) -> float | None:
    after = ((place + step) % len(targets) for step in range(1, len(targets)))
    others = list(islice((other for other in after if groups[other] != groups[place]), OTHERS))
    if not others:
        return None
    return statistics.fmean(score_output(task_type, outputs[other], targets[place]) for other in others)
