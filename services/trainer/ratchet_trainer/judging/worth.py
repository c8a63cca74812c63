"""What one side's answer to a held-out case is worth. Burns CPU: runs in a worker process."""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchet_scoring.coverage import completeness, relevance
from ratchet_scoring.scorers import LABEL_TASKS, render_target, score_output
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.privacy.giving_away import Find, gives_away


@dataclass(frozen=True, slots=True)
class Answer:
    """`abstained`: a student was not sure, and this is what the baseline said."""

    output: str
    latency_ms: float
    cost_usd: float
    abstained: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """A student leaves it to others, as it does when it serves."""

    latency_ms: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One side's answer to a case. `private`: it has private data that neither the request nor the reference has.

    `relevance`, `completeness`: 0 to 1; None for labels, and where there is nothing to compare with.
    """

    score: float  # 0 to 1
    malformed: bool
    private: bool
    latency_ms: float
    cost_usd: float
    relevance: float | None = None
    completeness: float | None = None
    abstained: bool = False


def judged(task_type: str, example: Example, answer: Answer, find: Find) -> Judged:
    target, asked = target_of(example), (example.question, example.document)
    known = f"{example.document}\n{example.question}\n{render_target(task_type, target)}"
    return Judged(
        score=score_output(task_type, answer.output, target),
        malformed=_is_malformed(task_type, answer.output, example.labels),
        private=gives_away(answer.output, known, find),
        latency_ms=answer.latency_ms,
        cost_usd=answer.cost_usd,
        relevance=relevance(task_type, answer.output, *asked),
        completeness=completeness(task_type, answer.output, target),
        abstained=answer.abstained,
    )


def target_of(example: Example) -> str | list[str]:
    return example.target if isinstance(example.target, str) else list(example.target)


def _is_malformed(task_type: str, output: str, labels: Sequence[str]) -> bool:
    text = output.strip()
    if not text or task_type not in LABEL_TASKS:
        return not text
    return "\n" in text or bool(labels and text.casefold() not in {label.casefold() for label in labels})
