"""Which model learns to answer questions: one of spans of a text, or one that reads tables and computes."""

from collections.abc import Sequence

from ratchet_student.examples import Example
from ratchet_student.qa import AnswerModel
from ratchet_student.qa_fit import learn_answers
from ratchet_student.reader.documents import holds_table
from ratchet_student.reader.learning import MIN_EXAMPLES, known_of, learn_reader
from ratchet_student.reader.model import Reader
from ratchet_student.reader.targets import lessons_of
from ratchet_student.sureness import HeldOut

MOSTLY = 0.5  # share of the examples


def learn_questions(examples: Sequence[Example], seed: int) -> tuple[AnswerModel | Reader, HeldOut]:
    """A reader where most documents hold a table, and most answers stand there or are computed from it; of free answers
    to tables, and of texts, the model of spans expects more. Raises CannotLearnError."""
    if sum(holds_table(one.document) for one in examples) >= MOSTLY * len(examples):
        lessons = list(lessons_of(examples))
        if len(lessons) >= MIN_EXAMPLES:
            known = known_of(lessons, seed)
            if known.share >= MOSTLY:
                return learn_reader(known, seed)
    return learn_answers(examples, seed)
