"""The small local model: it learns from examples in seconds to minutes, and answers in milliseconds."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn brings it

from ratchet_student.action_items import ItemModel, learn_items
from ratchet_student.entities import EntityModel
from ratchet_student.entity_fit import learn_entities
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example, Prediction
from ratchet_student.labels import LabelModel, learn_labels
from ratchet_student.qa import AnswerModel
from ratchet_student.qa_kinds import learn_questions
from ratchet_student.questions import read_text
from ratchet_student.reader.model import Reader
from ratchet_student.reader.saving import KIND as READER
from ratchet_student.reader.serving import predictions
from ratchet_student.reading import read
from ratchet_student.storage import STUDENT_FILE
from ratchet_student.summaries import SummaryModel
from ratchet_student.summary_fit import learn_summaries
from ratchet_student.sureness import ANSWER_ALL, Aim, HeldOut, Sureness, sureness

MIN_EXAMPLES = 10

Model = LabelModel | SummaryModel | ItemModel | EntityModel | AnswerModel | Reader

_LEARN: Mapping[str, Callable[[Sequence[Example], int], tuple[Model, HeldOut]]] = {
    "classification": learn_labels,
    "summary": learn_summaries,
    "action_items": learn_items,
    "entities": learn_entities,
    "qa": learn_questions,
}
_KINDS: Mapping[str, type[Model]] = {
    "classification": LabelModel,
    "summary": SummaryModel,
    "action_items": ItemModel,
    "entities": EntityModel,
    "qa": AnswerModel,
    READER: Reader,
}
TASKS = tuple(_LEARN)


@dataclass(frozen=True, slots=True)
class Student:
    task_type: str
    model: Model

    @property
    def sureness(self) -> Sureness:
        return self.model.sureness

    def predict(
        self, document: str, question: str = "", labels: Sequence[str] = (), *, budget_words: int | None = None
    ) -> Prediction:
        """`labels`: of those learned, only these (classification). `budget_words`: of a summary, instead of the length
        of the references. What the task does not look at is ignored."""
        return self.predict_many([document], [question], labels, budget_words=budget_words)[0]

    def predict_many(
        self,
        documents: Sequence[str],
        questions: Sequence[str] = (),
        labels: Sequence[str] = (),
        *,
        budget_words: int | None = None,
    ) -> list[Prediction]:
        """One for each document; `questions` are as many or none. A document that follows itself is read once."""
        if questions and len(questions) != len(documents):
            raise ValueError(f"There are {len(documents)} documents and {len(questions)} questions: give one for each.")
        if isinstance(self.model, LabelModel):
            return self.model.predict(documents, labels)
        if isinstance(self.model, ItemModel | EntityModel):
            return [self.model.predict(document) for document in documents]
        asked = questions or [""] * len(documents)
        if isinstance(self.model, AnswerModel):
            return list(_answers(self.model, documents, asked))
        if isinstance(self.model, Reader):
            return list(predictions(self.model, documents, asked))
        return list(_summaries(self.model, documents, asked, budget_words))


def fit(task_type: str, examples: Sequence[Example], *, seed: int = 42, aim: Aim = ANSWER_ALL) -> Student:
    """The same examples in the same order and the same seed give the same student. Raises CannotLearnError.

    `aim`: how sure it will be of what it answers; of a summary there is no telling, each counts as sure.
    """
    if task_type not in _LEARN:
        raise CannotLearnError(f"No student learns {task_type!r}: the tasks are {', '.join(TASKS)}.")
    if len(examples) < MIN_EXAMPLES:
        raise CannotLearnError(f"{len(examples)} examples are too few: a student needs at least {MIN_EXAMPLES}.")
    if not all(math.isfinite(example.weight) and example.weight > 0 for example in examples):
        raise CannotLearnError("An example's weight is not a positive number: weights are inverse chances, above 0.")
    with threadpool_limits(1):  # these matrices are small: more threads are slower, and sum in another order
        model, held_out = _LEARN[task_type](examples, seed)
    return Student(task_type, replace(model, sureness=sureness(held_out, aim)))


def fit_to_file(task_type: str, examples: Sequence[Example], path: Path, seed: int = 42, aim: Aim = ANSWER_ALL) -> str:
    """For a worker process: nothing but the file's SHA-256 comes back. Raises CannotLearnError."""
    return save(fit(task_type, examples, seed=seed, aim=aim), path)


def save(student: Student, path: Path) -> str:
    """Returns the file's SHA-256 in hex."""
    kind = READER if isinstance(student.model, Reader) else student.task_type
    return STUDENT_FILE.write(kind, student.model, path)


def load(path: Path, sha256: str) -> Student:
    """Raises StudentFileError where the file is another one or malformed, or cannot be read."""
    kind, model = STUDENT_FILE.decode(STUDENT_FILE.read_checked(path, sha256), dict(_KINDS))
    return Student("qa" if kind == READER else kind, model)


def _answers(model: AnswerModel, documents: Sequence[str], questions: Sequence[str]) -> Iterator[Prediction]:
    last, text = "", read_text("")
    for document, question in zip(documents, questions, strict=True):
        if document != last:
            last, text = document, read_text(document)
        yield model.predict(text, question, document)


def _summaries(
    model: SummaryModel, documents: Sequence[str], questions: Sequence[str], budget_words: int | None
) -> Iterator[Prediction]:
    last, reading = None, read("")
    for document, question in zip(documents, questions, strict=True):
        if document != last:
            last, reading = document, read(document)
        yield model.summary(reading, question, budget_words or model.budget)
