"""Questions to documents, a line each: decoded strictly, and what is wrong is told by line, without their text. Pure.

What is relevant to a question (`documents`, `pages`) is for the measuring alone; `companies`, `periods` and
`document_types` go along with the question, and narrow where is looked.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from ratchet_common.errors import CannotStartError
from ratchet_common.vocabulary import DocumentType, TaskType
from ratchet_documents.asked_times import PERIODS, WRITTEN
from ratchet_scoring.figures import figures_wanted
from ratchet_scoring.hybrid_answers import HybridAnswer, hybrid_answer
from ratchet_scoring.items import text_of
from ratchet_scoring.quantities import TOLERANCE, quantity

MOST_QUESTIONS: Final = 2_000
MOST_BYTES: Final = 200_000  # of a line
SHOWN_FAULTS: Final = 10
SCORERS: Final = (
    "exact", "hybrid_exact", "hybrid_f1", "items_covered", "items_f1", "numeric", "rouge_1", "rouge_2", "rouge_l",
    "task", "token_f1",
)  # fmt: skip

NO_ANSWER: Final = "Not found in your documents."

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
NONE: Final = ""  # no reference: nothing that can be given as one
Period = Annotated[str, Meta(max_length=20)]
Names = Annotated[tuple[Name, ...], Meta(max_length=100)]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A page, from 1, of a document by its name or id."""

    document: Name
    page: Annotated[int, Meta(ge=1)]


class Question(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`scale`: of a number, or of a list of numbers. `computed`: the reference is the result of arithmetic, or a count.
    `scorer`: by which accuracy is counted; empty: by the reference's kind. `unanswerable`: in place of a reference; the
    right answer says that there is none.
    """

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    question: Text
    reference: Text | int | float | Annotated[tuple[Text | int | float, ...], Meta(min_length=1, max_length=100)] = NONE
    unanswerable: bool = False
    scale: Literal["", "thousand", "million", "billion", "percent"] = ""
    computed: bool = False
    tolerance: Annotated[float, Meta(ge=0, le=1)] = TOLERANCE
    scorer: str = ""
    paraphrases: Annotated[tuple[Text, ...], Meta(max_length=8)] = ()
    documents: Names = ()
    pages: Annotated[tuple[Place, ...], Meta(max_length=200)] = ()
    task_type: TaskType = TaskType.QA
    companies: Names = ()
    periods: Annotated[tuple[Period, ...], Meta(max_length=100)] = ()
    document_types: Annotated[tuple[DocumentType, ...], Meta(max_length=20)] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        whole = self.reference if isinstance(self.reference, tuple) else (self.reference,)
        return tuple(text_of(part) for part in whole)

    @property
    def scaled(self) -> tuple[str, ...]:
        return tuple(f"{part} {self.scale}".strip() for part in self.parts)

    @property
    def text(self) -> str:
        """The reference as one writes it, each part with its scale."""
        return NO_ANSWER if self.unanswerable else ", ".join(self.scaled)

    @property
    def answer(self) -> HybridAnswer:
        if self.scale or isinstance(self.reference, tuple):
            return HybridAnswer(self.parts, self.scale)
        return hybrid_answer(self.parts[0])

    @property
    def relevant(self) -> tuple[str, ...]:
        """Documents by name or id: those that are named, and those of the pages."""
        return tuple(dict.fromkeys((*self.documents, *(place.document for place in self.pages))))

    @property
    def scored_by(self) -> str:
        if self.scorer:
            return self.scorer
        if isinstance(self.reference, tuple):
            return "task" if self.task_type is not TaskType.QA else "hybrid_f1"
        return "numeric" if self.scale or quantity(self.text) is not None else "task"


def read_suite(lines: Iterable[bytes]) -> tuple[Question, ...]:
    """Raises CannotStartError, whose sentence names each line that is wrong."""
    found: list[Question] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, read in enumerate(lines, 1):
        line = read.removeprefix(BOM_UTF8) if number == 1 else read
        if not line.strip():
            continue
        if len(found) + len(faults) >= MOST_QUESTIONS:
            faults.append(f"There are more than {MOST_QUESTIONS:,} questions: make several suites of them.")
            break
        one, wrong = _read(line)
        if one is not None and (first := seen.setdefault(one.id, number)) != number:
            wrong.append(f"its id is that of line {first}: a question is known by its id")
        faults += [f"Line {number}: {fault}." for fault in wrong]
        if one is not None:
            found.append(one)
    if faults:
        more = f" There are {len(faults) - SHOWN_FAULTS} more faults." if len(faults) > SHOWN_FAULTS else ""
        raise CannotStartError(f"The suite cannot be used. {' '.join(faults[:SHOWN_FAULTS])}{more}")
    if not found:
        raise CannotStartError(
            'The suite has no question: write one a line, as {"id": …, "question": …, "reference": …}.'
        )
    return tuple(found)


def _read(line: bytes) -> tuple[Question | None, list[str]]:
    if len(line) > MOST_BYTES:
        return None, [f"it has {len(line):,} bytes, and may have {MOST_BYTES:,}"]
    try:
        one = msgspec.json.decode(line, type=Question)
    except msgspec.ValidationError as error:
        return None, [str(error).replace("`$.", "`").rstrip(".")]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, ["it is no JSON object"]
    return one, list(_faults(one))


def _faults(one: Question) -> Iterator[str]:
    if one.task_type is TaskType.CLASSIFICATION:
        yield "classification answers with a label of the text that it is given, not from documents"
    if not one.question.strip() or not all(text.strip() for text in one.paraphrases):
        yield "a question or a paraphrase is blank"
    yield from _faults_of_reference(one)
    if not all(re.fullmatch(PERIODS, period) for period in one.periods):
        yield f"a period is written as {WRITTEN}"
    if one.scorer and one.scorer not in SCORERS:
        yield f"its scorer is none of {', '.join(SCORERS)}"


def _faults_of_reference(one: Question) -> Iterator[str]:
    if one.unanswerable:
        if one.reference != NONE or one.scale or one.scorer or one.computed:
            yield "what is unanswerable has no reference, and so no scale, no scorer and nothing computed"
        return
    if one.reference == NONE:
        yield 'it has no `reference`: give one, or `"unanswerable": true` where the documents have no answer'
        return
    if not all(part.strip() for part in one.parts):
        yield "the reference is blank: no answer could be right"
    if one.scale and any(quantity(part) is None for part in one.parts):
        yield "a scale goes with numbers, and a part of the reference is none"
    if one.scorer == "numeric" and not figures_wanted(one.text):
        yield "numeric needs a figure in the reference, and there is none"
