"""Which model learns to answer questions: one of spans of a text, or one that reads tables and computes."""

from collections.abc import Sequence

from ratchet_student.examples import Example
from ratchet_student.qa import AnswerModel
from ratchet_student.qa_fit import learn_answers
from ratchet_student.reader.documents import holds_table
from ratchet_student.reader.learning import MIN_EXAMPLES, known_of, learn_reader
from ratchet_student.reader.model import Reader
from ratchet_student.reader.programs import KINDS
from ratchet_student.reader.targets import lessons_of
from ratchet_student.sureness import HeldOut

MOSTLY = 0.5  # share of the examples
SOME = 0.1
ALL = frozenset(KINDS)
ALONE = frozenset({"text", "cell", "head", "label"})  # what a span says too


def learn_questions(examples: Sequence[Example], seed: int) -> tuple[AnswerModel | Reader, HeldOut]:
    """A reader where most documents hold a table, most answers stand there or are computed, and some are computed or
    have several parts: what stands in one place is said by a span as well, and whoever learns spans learns too when a
    text has no answer. Raises CannotLearnError."""
    if sum(holds_table(one.document) for one in examples) >= MOSTLY * len(examples):
        lessons = list(lessons_of(examples))
        if len(lessons) >= MIN_EXAMPLES:
            known = known_of(lessons, seed)
            if known.share(ALL) >= MOSTLY and known.share(ALL - ALONE) >= SOME:
                return learn_reader(known, seed)
    return learn_answers(examples, seed)
