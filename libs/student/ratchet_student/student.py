"""The small local model: fit, predict, save, load."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ratchet_student.action_items import ItemModel, learn_items
from ratchet_student.errors import StudentFileError, CannotLearnError
from ratchet_student.examples import Example, Prediction
from ratchet_student.labels import LabelModel, learn_labels
from ratchet_student.storage import opened, read_checked, rebuilt, write
from ratchet_student.summaries import SummaryModel
from ratchet_student.summary_fit import learn_summaries

MIN_EXAMPLES = 10
Model = LabelModel | SummaryModel | ItemModel
KINDS: dict[str, type[Model]] = {
    "classification": LabelModel,
    "summary": SummaryModel,
    "action_items": ItemModel,
}


@dataclass(frozen=True, slots=True)
class Student:
    task_type: str
    model: Model

    def predict(
        self, document: str, question: str = "", labels: Sequence[str] = (), *, budget_words: int | None = None
    ) -> Prediction:
        """`labels`: only these, as far as they were learned. `budget_words`: of a summary, else as people wrote."""
        if isinstance(self.model, LabelModel):
            return self.model.predict([document], labels)[0]
        if isinstance(self.model, SummaryModel):
            return self.model.predict(document, question, budget_words)
        return self.model.predict(document)


def fit(task_type: str, examples: Sequence[Example], *, seed: int = 42) -> Student:
    """Raises CannotLearnError with a sentence: an unknown task, too few examples, one label only."""
    if task_type not in KINDS:
        raise CannotLearnError(f"The student does not learn {task_type}: it learns {', '.join(KINDS)}.")
    if len(examples) < MIN_EXAMPLES:
        raise CannotLearnError(f"{len(examples)} examples are too few to learn from: give at least {MIN_EXAMPLES}.")
    if task_type == "classification":
        return Student(task_type, learn_labels(examples, seed))
    if task_type == "summary":
        return Student(task_type, learn_summaries(examples, seed))
    return Student(task_type, learn_items(examples, seed))


def save(student: Student, path: Path) -> str:
    """Returns the file's SHA-256 in hex."""
    return write(student.task_type, student.model, path)


def load(path: Path, sha256: str) -> Student:
    """Raises StudentFileError when the hash is another, or the file is not one that `save` has written."""
    task, tree, arrays = opened(read_checked(path, sha256))
    if task not in KINDS:
        raise StudentFileError(f"The model file is for the task {task}, which this student does not know.")
    return Student(task, rebuilt(KINDS[task], tree, arrays))


def fit_to_file(task_type: str, examples: Sequence[Example], path: Path, seed: int = 42) -> str:
    """For a worker process: fits, saves, and returns the file's SHA-256."""
    return save(fit(task_type, examples, seed=seed), path)
