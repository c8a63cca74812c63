"""A reader: what a question asks for, what may answer it, and what of that does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.counts import Counts
from ratchet_student.forest import Forest
from ratchet_student.linear import LinearModel
from ratchet_student.passages import has_figure
from ratchet_student.questions import Habits
from ratchet_student.reader.checking import checked_question
from ratchet_student.reader.columns import Columns
from ratchet_student.reader.given import Answer, CellAt, Table, abstained
from ratchet_student.reader.grid import noted_scale
from ratchet_student.reader.looks import LOOKS, looks_of
from ratchet_student.reader.matching import TOTAL, Match, Query, matched, query, stems
from ratchet_student.reader.programs import KINDS, OF_ITS_OPERANDS, Program, programs
from ratchet_student.reader.shares import KINDS_OF_SHARES, asks_for_a_share, of_shares
from ratchet_student.reader.sheet import Sheet, narrowed, sheet_of
from ratchet_student.reader.text_spans import text_programs, where
from ratchet_student.reader.told import of_the_year, scale_as_told
from ratchet_student.reading import Floats, Names, names_of
from ratchet_student.sureness import ALWAYS, Sureness
from ratchet_student.words import words

LIKELY = 0.05  # kinds below are not tried, but for the likeliest ones
AT_LEAST = 2  # kinds that are tried


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
    missing: Names  # sorted: words that were asked for where they did not stand, so that it says nothing if they do not
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        must(self.missing.ndim == 1, "words have no names")
        must(bool(self.kinds) and set(self.kinds) <= set(KINDS), "kinds are not known")
        must(self.kind is None or len(self.kind.calibration.share) == len(self.kinds), "kinds have other chances")
        must(self.forest.values.shape[1] == 1 and self.forest.features <= LOOKS, "a forest has other features")

    def read(self, question: str, texts: Sequence[str], tables: Sequence[Table]) -> Answer:
        """Raises UnreadableError where there is more than is read at once, or something is no text and no table."""
        checked_question(question)
        if not words(question):
            return abstained("The question has no words.")
        return self.answer(question, sheet_of(texts, tables))

    def answer(self, question: str, sheet: Sheet) -> Answer:
        if not sheet.text.passages and not any(grid.rows for grid in sheet.grids):
            return abstained("There is nothing to read: the texts are empty, and no table has a row below its heads.")
        asked = query(question, self.questions)
        if self.asks_for_else(asked, sheet):
            return abstained("None of the words that say what is asked for stands in the texts or tables.")
        return self.likeliest(question, sheet)

    def likeliest(self, question: str, sheet: Sheet) -> Answer:
        """Whether or not what is asked for stands there."""
        sheet = narrowed(sheet, query(question, self.questions))
        found, looks = candidates(question, sheet, self.questions, self.asking(question, sheet))
        if not found:
            return abstained("Nothing in the texts and tables has the form of an answer.")
        worth = self.forest(looks.astype(np.float32))[:, 0]
        best = int(worth.argmax())
        scale, chance = self.scale(question, sheet, found[best])
        return self._answer(found[best], sheet, scale, self.certainty(float(worth[best]) * chance))

    def asks_for_else(self, asked: Query, sheet: Sheet) -> bool:
        """None of the words that say what is asked for stands there, and one of them always did, or is new: a word
        such as "percentage" need not stand where it is asked for. Nor does the question have most of a row's label."""
        telling = asked.telling
        if not telling or telling & sheet.stems or np.isin(names_of(sorted(telling)), self.missing).all():
            return False
        return not any(_is_labelled(asked, match) for match in matched(asked, sheet.grids))

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
        """The likeliest of those that are possible, and how likely it is among them."""
        names = self.scales.names
        possible = np.array([scale_fits(name, program) for name in names])
        if not possible.any():
            return "percent" if program.kind in OF_ITS_OPERANDS else "", 1.0
        if self.scales.model is None:
            return scale_as_told(names[0], names, scales_noted(sheet, program)), 1.0
        chances = self.scales.model.probabilities([scale_clues(question, sheet, program)])[0] * possible
        best = int(chances.argmax())
        scale = scale_as_told(names[best], names, scales_noted(sheet, program))
        return scale, float(chances[best] / max(chances.sum(), 1e-12))

    def _answer(self, program: Program, sheet: Sheet, scale: str, confidence: float) -> Answer:
        cells = tuple(_cell_at(match, place) for match, place in program.operands)
        spans = where(sheet.texts, program.parts[0]) if program.kind == "text" else ()
        sure = self.sureness.enough(confidence)
        scale = scale if any(map(has_figure, program.parts)) else ""  # words have none
        return Answer(
            program.parts, program.number, scale, program.kind, cells, spans, confidence, sure, "", sheet.assumptions
        )


def likely(chances: Floats) -> frozenset[str]:
    best = np.argsort(-chances, kind="stable")[:AT_LEAST]
    return frozenset(kind for place, kind in enumerate(KINDS) if chances[place] >= LIKELY or place in best)


def candidates(question: str, sheet: Sheet, questions: Counts, asking: Asking) -> tuple[list[Program], Floats]:
    """Of the likely kinds, and what they look like."""
    asked = query(question, questions)
    columns = Columns(asked)
    kinds = likely(asking.chances) | (KINDS_OF_SHARES if asks_for_a_share(question) else frozenset())
    its = programs(asked, matched(asked, sheet.grids), sheet.grids, kinds, columns)
    found = of_the_year(frozenset(asked.years), of_shares(question, [*asking.spans, *its]))
    return found, looks_of(asked, found, asking.chances, columns)


def scale_fits(scale: str, program: Program) -> bool:
    """Percentages are no thousands, and what they come to is one; a single cell says it by itself."""
    shares = [match.row.is_share(place) for match, place in program.operands]
    if not shares or not all(shares):
        return True
    return scale == "percent" or (not scale and program.kind not in OF_ITS_OPERANDS)


def scales_noted(sheet: Sheet, program: Program) -> Iterator[str]:
    """The nearest first: in the row, its head, the table, the texts."""
    for match, place in program.operands[:1]:
        yield noted_scale(f"{match.row.label} {match.row.section}")
        yield noted_scale(match.row.heads[place]) if 0 <= place < len(match.row.cells) else ""
        yield match.grid.scale
        yield sheet.note


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


def _is_labelled(asked: Query, match: Match) -> bool:
    its = {stem for stem in stems(match.row.label) if stem.isalpha()}
    return bool(its) and not match.looks[TOTAL] and 2 * len(its & asked.weights.keys()) >= len(its)


def _cell_at(match: Match, place: int) -> CellAt:
    grid, row = match.grid, match.row
    at, said = (grid.label_at(row), row.label) if place < 0 else (grid.where(row, place), row.cells[place])
    return CellAt(grid.table, *at, said)
