"""A candidate as a row of numbers, which hold for any question and table."""

import math
from collections.abc import Sequence

import numpy as np

from ratchet_student.reader.columns import Columns
from ratchet_student.reader.matching import COLUMN_LOOKS, ROW_LOOKS, Query
from ratchet_student.reader.programs import KINDS, Program
from ratchet_student.reading import Floats

_NO_ROW, _NO_COLUMN = (0.0,) * ROW_LOOKS, (0.0,) * COLUMN_LOOKS
_PLACES = {kind: place for place, kind in enumerate(KINDS)}
QUESTION_LOOKS = 7
LOOKS = len(KINDS) + 2 * (ROW_LOOKS + COLUMN_LOOKS) + QUESTION_LOOKS + 18


def looks_of(asked: Query, found: Sequence[Program], chances: Floats, columns: Columns) -> Floats:
    """(candidates, LOOKS). `chances`: of each kind, what the question's words say."""
    question = (
        len(asked.years), len(asked.figures), asked.most, asked.least, len(asked.order),
        float(chances[_PLACES["text"]]), float(chances.max()),
    )  # fmt: skip
    rows = [(*question, *_own(asked, program, chances, columns)) for program in found]
    return np.array(rows, float).reshape(len(rows), LOOKS)


def _own(asked: Query, program: Program, chances: Floats, columns: Columns) -> tuple[float, ...]:
    place = _PLACES[program.kind]
    kind = [0.0] * len(KINDS)
    kind[place] = 1.0
    first_row, first_column = _operand(program, 0, columns)
    last_row, last_column = _operand(program, -1, columns)
    return (
        *kind, *first_row, *first_column, *last_row, *last_column, float(chances[place]), program.variant,
        len(program.operands), *_years(asked, program), *_order(asked, program), *_said(program),
    )  # fmt: skip


def _operand(program: Program, which: int, columns: Columns) -> tuple[Sequence[float], Sequence[float]]:
    if not program.operands:
        return _NO_ROW, _NO_COLUMN
    match, place = program.operands[which]
    if not 0 <= place < len(match.row.cells):
        return match.looks, _NO_COLUMN
    return match.looks, columns.of(match.row)[place]


def _years(asked: Query, program: Program) -> tuple[float, ...]:
    """How many of the years that are asked for it takes, how many it takes besides, and whether it takes them all."""
    heads = [match.row.years[place] for match, place in program.operands if 0 <= place < len(match.row.years)]
    taken = {year for its in heads for year in its}
    wanted = set(asked.years)
    besides = sum(bool(its) and not its & wanted for its in heads)
    return (
        len(taken & wanted),
        besides,
        float(bool(wanted) and wanted <= taken),
        float(sum(not its for its in heads)),
    )


def _order(asked: Query, program: Program) -> tuple[float, ...]:
    """Of the first operand and the last: the same row, the same column, which is spoken of first, which year is later,
    which year is asked for first."""
    if len(program.operands) < 2:
        return (0.0,) * 6
    (one, left), (other, right) = program.operands[0], program.operands[-1]
    return (
        float(one is other),
        float(left == right),
        float(np.sign(other.first - one.first)),
        float(np.sign(right - left)),
        *_year_order(asked, program),
    )


def _year_order(asked: Query, program: Program) -> tuple[float, float]:
    (one, left), (other, right) = program.operands[0], program.operands[-1]
    if not (0 <= left < len(one.row.years) and 0 <= right < len(other.row.years)):
        return 0.0, 0.0
    first, last = max(one.row.years[left], default=""), max(other.row.years[right], default="")
    if not first or not last or first == last:
        return 0.0, 0.0
    order = {year: place for place, year in enumerate(asked.years)}
    asked_first = np.sign(order.get(last, 9) - order.get(first, 9))
    return (1.0 if first > last else -1.0), float(asked_first)


def _said(program: Program) -> tuple[float, ...]:
    words = sum(part.count(" ") + 1 for part in program.parts)
    number = program.number if program.number is not None else math.nan
    size = min(abs(number), 1e9) if math.isfinite(number) else 0.0
    return (
        program.worth,
        min(words, 60),
        float(number < 0),
        math.log1p(size),
        float(any("%" in part for part in program.parts)),
    )
