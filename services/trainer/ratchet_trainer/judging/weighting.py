"""How much does an example stand for? The inverse of its chance of having got feedback. Pure.

People who complain answer more often: counted as they come, the answers that people spoke about look worse than those
that they were given. So answers are put into strata, and each example weighs by how rarely its stratum got feedback.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ratchet_scoring.scorers import LABEL_TASKS
from ratchet_trainer.collecting.example import Example

BANDS = (0.5, 0.7, 0.8, 0.9, 0.95)  # upper ends of the bands of confidence; the last one ends at 1
FEW = 20  # strata with fewer answers are counted together
LIGHTEST, HEAVIEST = 1.0, 20.0
CHOSEN_BY_FEEDBACK = frozenset({"correction", "accepted"})  # the others did not wait for somebody to speak


@dataclass(frozen=True, slots=True)
class Stratum:
    answers: int = 0
    spoken_of: int = 0  # answers that got feedback

    def __add__(self, other: "Stratum") -> "Stratum":
        return Stratum(self.answers + other.answers, self.spoken_of + other.spoken_of)

    @property
    def weight(self) -> float:
        """1 where nothing is known of its chance."""
        if not self.answers or not self.spoken_of:
            return LIGHTEST
        return min(max(self.answers / self.spoken_of, LIGHTEST), HEAVIEST)


def stratum_of(
    *,
    task_type: str,
    version_id: str,
    output: str | None,
    labels: Collection[str],
    confidence: float | None,
    document_type: str | None,
) -> str:
    """version/label or band of confidence/document type. A label as a digest: strata are kept without any text."""
    if task_type in LABEL_TASKS:
        what = _digest(output) if output and output in labels else "other"
    else:
        what = "unknown" if confidence is None else str(sum(confidence >= end for end in BANDS))
    return f"{version_id}/{what}/{document_type or 'none'}"


def weights(examples: Sequence[Example], strata: Mapping[str, Stratum]) -> list[float]:
    """One for each example, from 1 to 20; less where others are made of the same."""
    heard = by_stratum([example.stratum for example in examples], strata)
    return [
        example.part * (weight if example.target_source in CHOSEN_BY_FEEDBACK else LIGHTEST)
        for example, weight in zip(examples, heard, strict=True)
    ]


def by_stratum(names: Sequence[str], strata: Mapping[str, Stratum]) -> list[float]:
    """One for each name, from 1 to 20: what stands there got feedback."""
    pooled = sum((s for s in strata.values() if s.answers < FEW), Stratum())
    return [_counted(strata.get(name, pooled), pooled).weight for name in names]


def _counted(stratum: Stratum, pooled: Stratum) -> Stratum:
    return pooled if stratum.answers < FEW else stratum


def _digest(label: str) -> str:
    return hashlib.sha256(label.encode(errors="surrogatepass")).hexdigest()[:8]
