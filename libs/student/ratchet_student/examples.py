"""What a student learns from, and what it answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    document: str
    target: str | list[str]  # a label; a reference summary; an answer; the items, one each or as lines
    question: str = ""
    labels: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer rests on, and where in the document it stands: characters from `start` to `end`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """`confidence` is, of a label, its calibrated probability; of a summary, the ROUGE-1 F1 that is expected of it; of
    items and entities, the mean probability that each of them is one (of none: that there was none); of an answer, the
    F1 over words that is expected of it; of a reader's answer, the chance that it is exactly right. `sure`: enough to
    give the answer where others can be asked. `evidence`, `assumptions` (sentences on what was left out of a long
    document): a reader's."""

    output: str
    confidence: float
    label: str | None = None
    items: tuple[str, ...] | None = None
    sure: bool = True
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()
