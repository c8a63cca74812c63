"""What a reader is asked and learns from, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchet_student.errors import StudentError

MAX_TABLES, MAX_ROWS, MAX_COLUMNS = 20, 300, 50  # of a question; of each of them
MAX_TEXT = 200_000  # characters of all texts of a question, and as many of all cells
MAX_QUESTION = 2_000  # characters
MAX_CELL = 2_000  # characters

SCALE_NAMES = ("", "thousand", "million", "billion", "percent")

Cell = str | int | float | None
Table = Sequence[Sequence[Cell]]


class UnreadableError(StudentError):
    """What was given is more than is read at once, or is no table."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A question beside its texts and tables, and what a person answered. `derivation`, where it is known, says how it
    was computed ("(44.1-56.7)/56.7"). A number may be given as one. `scale`: thousand, million, billion, percent."""

    question: str
    texts: Sequence[str]
    tables: Sequence[Table]
    answer: str | float | Sequence[str]
    scale: str = ""
    derivation: str = ""
    weight: float = 1.0

    @property
    def parts(self) -> tuple[str, ...]:
        if isinstance(self.answer, str):
            return (self.answer,)
        return (repr(self.answer),) if isinstance(self.answer, int | float) else tuple(self.answer)


@dataclass(frozen=True, slots=True)
class CellAt:
    table: int
    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class SpanAt:
    text: int  # which one
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`parts`: one span or cell, or several; of what was computed, the number. `confidence`: the calibrated chance that
    it is exactly right, with its scale. Without parts, `reason` says why. `assumptions`: sentences, on what was left
    out of what was given."""

    parts: tuple[str, ...]
    number: float | None
    scale: str
    operation: str
    cells: tuple[CellAt, ...]
    spans: tuple[SpanAt, ...]
    confidence: float
    sure: bool = True
    reason: str = ""
    assumptions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        said = ", ".join(self.parts)
        if self.scale == "percent":
            return said if "%" in said else f"{said}%"
        return f"{said} {self.scale}".strip()


def abstained(reason: str) -> Answer:
    return Answer((), None, "", "", (), (), 0.0, sure=False, reason=reason)
