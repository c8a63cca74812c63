"""What a tuned model is told: the same words when it is trained and when it serves. Pure.

They are few: what a template explains to a model that does the task for the first time, this one has learned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ratchet_common.vocabulary import TaskType

TOLD: Final[Mapping[str, str]] = {
    TaskType.SUMMARY: "Summarise the document.",
    TaskType.ACTION_ITEMS: 'List the action items of the document, one a line after "- ". Without any, say None.',
    TaskType.ENTITIES: 'List the entities that the document names, one a line after "- ". Without any, say None.',
    TaskType.RISK_ASSESSMENT: 'List the risks that the document shows, one a line after "- ". Without any, say None.',
    TaskType.QA: "Answer the question from the document.",
    TaskType.REPORT: "Write the report that is asked for, from the document.",
    TaskType.CLASSIFICATION: "Classify the document. Answer with the label alone.",
}
LABELS, QUESTION = "Labels:", "Question:"


@dataclass(frozen=True, slots=True)
class Told:
    """`system` may be empty: a chat is told nothing."""

    system: str = field(repr=False)
    user: str = field(repr=False)

    @property
    def messages(self) -> list[dict[str, str]]:
        """In OpenAI's chat shape."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, {"role": "user", "content": self.user}]


def told(task_type: str, document: str, question: str = "", labels: Sequence[str] = ()) -> Told:
    """Of what a request brings; the answer to it is in `ratchet_scoring.scorers.render_target`'s form."""
    system = TOLD.get(task_type, "")
    if labels:
        system = f"{system}\n{LABELS} {', '.join(labels)}".lstrip()
    return Told(system, f"{document}\n\n{QUESTION} {question}" if question else document)
