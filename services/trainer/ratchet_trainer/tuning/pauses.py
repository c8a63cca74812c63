"""How long it is until a job is looked at again. Pure."""

import hashlib
from datetime import timedelta

from ratchet_trainer.tuning.jobs import Job, Patience

GROWTH = 1.5  # of the pause between two polls
LONGEST_DOUBLING = 30


def doubled(patience: Patience, times: int) -> timedelta:
    return min(patience.first_look * (1 << min(times, LONGEST_DOUBLING)), patience.longest_look)


def between_polls(job: Job, patience: Patience) -> timedelta:
    """Growing, and drawn apart by the job's own number: a thousand that began together are not asked for together."""
    grown: float = GROWTH ** min(job.polls, LONGEST_DOUBLING)
    drawn = hashlib.sha256(f"{job.token}/{job.polls}".encode()).digest()[0] / 255
    return min(patience.first_look * grown, patience.longest_look) * (0.75 + drawn / 2)
