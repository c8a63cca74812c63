"""An example as a tuned model reads it: what it is told, what it should say, and what it should not have said. Pure."""

from dataclasses import dataclass, field

from ratchet_common.tuned_prompt import told
from ratchet_scoring.scorers import render_target
from ratchet_trainer.collecting.example import Example


@dataclass(frozen=True, slots=True)
class Lesson:
    """`system` may be empty. `rejected`: what was answered, where a person wrote another answer in its place."""

    system: str = field(repr=False)
    user: str = field(repr=False)
    wanted: str = field(repr=False)
    rejected: str | None = field(default=None, repr=False)


def lesson_of(example: Example) -> Lesson:
    said = told(example.task_type, example.document, example.question, example.labels)
    wanted = render_target(example.task_type, example.target)
    return Lesson(said.system, said.user, wanted, _rejected(example, wanted))


def _rejected(example: Example, wanted: str) -> str | None:
    """None where the answer was not corrected, or says the same in the end."""
    if example.target_source not in ("correction", "reference") or not example.output:
        return None
    output = render_target(example.task_type, example.output)
    return output if output and " ".join(output.split()) != " ".join(wanted.split()) else None
