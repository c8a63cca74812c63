"""A reader: what a question asks for, what may answer it, and what of that does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.counts import Counts
from ratchet_student.forest import Forest
from ratchet_student.linear import LinearModel
from ratchet_student.questions import Habits, Text, read_text
from ratchet_student.reader.columns import Columns
from ratchet_student.reader.given import (
    MAX_QUESTION,
    Answer,
    CellAt,
    Table,
    UnreadableError,
    abstained,
    checked_tables,
    checked_texts,
)
from ratchet_student.reader.grid import Grid, noted_scale, read_grid
from ratchet_student.reader.looks import LOOKS, looks_of
from ratchet_student.reader.matching import Match, matched, query, stems
from ratchet_student.reader.programs import KINDS, Program, programs
from ratchet_student.reader.text_spans import text_programs, where
from ratchet_student.reading import Floats
from ratchet_student.sureness import ALWAYS, Sureness
from ratchet_student.words import words

SCALE_NAMES = ("", "thousand", "million", "billion", "percent")
LIKELY = 0.05  # kinds below are not tried, but for the likeliest ones
AT_LEAST = 2  # kinds that are tried

_NOTE = re.compile(r"\(?\b(?:in|of)\b[^.()]{0,25}?\b(thousand|million|billion)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Texts and tables as they are read."""

    texts: tuple[str, ...]
    text: Text
    grids: tuple[Grid, ...]
    note: str  # the scale that the texts name


@dataclass(frozen=True, slots=True)
class Asking:
    """What the models before the last one say of a question."""

    chances: Floats  # of each kind
    spans: Sequence[Program]


@dataclass(frozen=True, slots=True)
class Certainty:
    """The chance of being exactly right, by what the forest expects: through these points, straight between them."""

    worth: Floats
    chance: Floats

    def __post_init__(self) -> None:
        must(self.worth.ndim == 1 and self.worth.shape == self.chance.shape, "a curve has other points")
        must(len(self.worth) > 0, "a curve has no points")

    def __call__(self, worth: float) -> float:
        return float(np.interp(worth, self.worth, self.chance))


@dataclass(frozen=True, slots=True)
class Spans:
    habits: Habits
    forest: Forest


@dataclass(frozen=True, slots=True)
class Scales:
    names: tuple[str, ...]
    model: LinearModel | None  # none where all that was learned has one scale

    def __post_init__(self) -> None:
        must(len(self.names) > 0, "there are no scales")
        must(self.model is None or len(self.model.calibration.share) == len(self.names), "scales have other chances")


@dataclass(frozen=True, slots=True)
class Reader:
    questions: Counts
    kinds: tuple[str, ...]  # that were learned, as the model numbers them
    kind: LinearModel | None
    spans: Spans | None  # none where no text answered
    scales: Scales
    forest: Forest
    certainty: Certainty
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        must(bool(self.kinds) and set(self.kinds) <= set(KINDS), "kinds are not known")
        must(self.kind is None or len(self.kind.calibration.share) == len(self.kinds), "kinds have other chances")
        must(self.forest.values.shape[1] == 1 and self.forest.features <= LOOKS, "a forest has other features")

    def read(self, question: str, texts: Sequence[str], tables: Sequence[Table]) -> Answer:
        """Raises UnreadableError where there is more than is read at once, or a cell is no text and no number."""
        if len(question) > MAX_QUESTION:
            raise UnreadableError(
                f"The question has {len(question):,} characters, and at most {MAX_QUESTION:,} are read."
            )
        if not words(question):
            return abstained("The question has no words.")
        return self.answer(question, sheet_of(texts, tables))

    def answer(self, question: str, sheet: Sheet) -> Answer:
        if not sheet.text.passages and not any(grid.rows for grid in sheet.grids):
            return abstained("There is nothing to read: the texts are empty, and no table has a row below its heads.")
        if not _speaks_of(query(question, self.questions).telling, sheet):
            return abstained("None of the words that say what is asked for stands in the texts or tables.")
        found, looks = candidates(question, sheet, self.questions, self.asking(question, sheet))
        if not found:
            return abstained("Nothing in the texts and tables has the form of an answer.")
        worth = self.forest(looks.astype(np.float32))[:, 0]
        best = int(worth.argmax())
        scale, chance = self.scale(question, sheet, found[best])
        return self._answer(found[best], sheet, scale, self.certainty(float(worth[best]) * chance))

    def asking(self, question: str, sheet: Sheet) -> Asking:
        chances = self.chances([question])[0]
        wanted = "text" in likely(chances) and self.spans is not None
        spans = (
            text_programs(sheet.text, question, self.spans.habits, self.spans.forest) if wanted and self.spans else []
        )
        return Asking(chances, spans)

    def chances(self, questions: Sequence[str]) -> Floats:
        """(questions, kinds)."""
        known = [KINDS.index(kind) for kind in self.kinds]
        chances = np.zeros((len(questions), len(KINDS)))
        chances[:, known] = self.kind.probabilities(questions) if self.kind else 1.0
        return chances

    def scale(self, question: str, sheet: Sheet, program: Program) -> tuple[str, float]:
        """The likeliest, and how likely it is."""
        if self.scales.model is None:
            return self.scales.names[0], 1.0
        chances = self.scales.model.probabilities([scale_clues(question, sheet, program)])[0]
        return self.scales.names[int(chances.argmax())], float(chances.max())

    def _answer(self, program: Program, sheet: Sheet, scale: str, confidence: float) -> Answer:
        cells = tuple(_cell_at(match, place) for match, place in program.operands)
        spans = where(sheet.texts, program.parts[0]) if program.kind == "text" else ()
        sure = self.sureness.enough(confidence)
        return Answer(program.parts, program.number, scale, program.kind, cells, spans, confidence, sure)


def sheet_of(texts: Sequence[str], tables: Sequence[Table]) -> Sheet:
    """Raises UnreadableError."""
    whole = checked_texts(texts)
    grids = tuple(read_grid(place, rows) for place, rows in enumerate(checked_tables(tables)))
    note = _NOTE.search(whole)
    return Sheet(tuple(texts), read_text(whole), grids, note[1].lower() if note else "")


def likely(chances: Floats) -> frozenset[str]:
    best = np.argsort(-chances, kind="stable")[:AT_LEAST]
    return frozenset(kind for place, kind in enumerate(KINDS) if chances[place] >= LIKELY or place in best)


def candidates(question: str, sheet: Sheet, questions: Counts, asking: Asking) -> tuple[list[Program], Floats]:
    """Of the likely kinds, and what they look like."""
    asked = query(question, questions)
    columns = Columns(asked)
    its = programs(asked, matched(asked, sheet.grids), sheet.grids, likely(asking.chances), columns)
    found = [*asking.spans, *its]
    return found, looks_of(asked, found, asking.chances, columns)


def scale_clues(question: str, sheet: Sheet, program: Program) -> str:
    """What says in which scale an answer is, as words."""
    clues = [f"as{program.kind}", f"text{sheet.note or 'plain'}"]
    label = ""
    if program.operands:
        match, place = program.operands[0]
        label = match.row.label
        in_row = noted_scale(f"{label} {match.row.section}")
        inside = 0 <= place < len(match.row.cells)
        head = match.row.heads[place] if inside else ""
        marks = (
            "share" if any("%" in text for text in (label, head, match.row.cells[place] if inside else "")) else "plain"
        )
        clues += [f"table{match.grid.scale or 'plain'}", f"row{in_row or noted_scale(head) or 'plain'}", f"cell{marks}"]
    return f"{' '.join(clues)} ; {label} ; {question}"


def _speaks_of(telling: frozenset[str], sheet: Sheet) -> bool:
    if not telling or any(telling & its for its in sheet.text.stems):
        return True
    rows = (row for grid in sheet.grids for row in grid.rows)
    return any(telling & set(stems(" ".join((row.label, row.section, *row.cells, *row.heads)))) for row in rows)


def _cell_at(match: Match, place: int) -> CellAt:
    grid, row = match.grid, match.row
    at, said = (grid.label_at(row), row.label) if place < 0 else (grid.where(row, place), row.cells[place])
    return CellAt(grid.table, *at, said)
