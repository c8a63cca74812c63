"""Of the answers that nobody rated, which are good enough to learn from, and which of those are taken? Pure."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from ratchet_common.events import Check

SCORE, COMPLETENESS, CONFIDENCE = 5, 3, 2  # how much each says of an answer's quality

NOT_EVEN_A_WARNING: Final = frozenset({"refusal", "copied_prompt", "complete"})  # of these checks


@dataclass(frozen=True, slots=True)
class Sampling:
    """`quality`: that an answer needs, unless `by_task` says another one for its task."""

    share: float = 0.05
    quality: float = 0.8
    by_task: Mapping[str, float] = field(default_factory=dict)

    def needed(self, task_type: str) -> float:
        return self.by_task.get(task_type, self.quality)


def quality(
    *, score: float | None = None, completeness: float | None = None, confidence: float | None = None
) -> float | None:
    """0 to 1: the mean of what is known; None where nothing is."""
    weighed = [(SCORE, score), (COMPLETENESS, completeness), (CONFIDENCE, confidence)]
    known = [(weight, value) for weight, value in weighed if value is not None]
    if not known:
        return None
    return sum(weight * min(max(value, 0.0), 1.0) for weight, value in known) / sum(weight for weight, _ in known)


def is_sound(checks: Collection[Check]) -> bool:
    """Whether an answer may be learned from on nobody's word: one failed check is one too many, however many passed.

    Where a caller may want it so, a refusal, a repeated prompt or a missing end is a mere warning: nobody is to be
    taught it for that.
    """
    return all(check.passed and not (check.detail and check.name in NOT_EVEN_A_WARNING) for check in checks)


def completeness(checks: Collection[Check]) -> float | None:
    """The share of its checks that an answer passed."""
    return sum(check.passed for check in checks) / len(checks) if checks else None


def is_drawn(tenant: str, result_id: UUID, share: float) -> bool:
    """By a hash: the same answer, delivered twice, is drawn twice or never."""
    digest = hashlib.sha256(f"sample/{tenant}/{result_id}".encode()).digest()
    return bool(int.from_bytes(digest[:8]) / 2**64 < share)
