"""Is it texts, tables and answers that are given? What is not is refused in a sentence that names it."""

import math
from collections.abc import Sequence
from typing import Any

from ratchet_student.errors import CannotLearnError
from ratchet_student.reader.given import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_QUESTION,
    MAX_ROWS,
    MAX_TABLES,
    MAX_TEXT,
    SCALE_NAMES,
    Cell,
    Table,
    Taught,
    UnreadableError,
)

LARGEST = 10**300  # an int of more digits is no figure that anything is computed with


def checked_question(question: str) -> None:
    """Raises UnreadableError."""
    if not isinstance(question, str):
        raise UnreadableError(f"The question is {_a(question)}: give a text.")
    if len(question) > MAX_QUESTION:
        raise UnreadableError(f"The question has {len(question):,} characters, and at most {MAX_QUESTION:,} are read.")


def checked_texts(texts: Sequence[str]) -> str:
    """All of them, a paragraph each. Raises UnreadableError."""
    if not _is_list(texts):
        raise UnreadableError(f"The texts are {_a(texts)}: give a list of texts.")
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise UnreadableError(f"Text {place} is {_a(text)}: texts are str.")
    size = sum(map(len, texts))
    if size > MAX_TEXT:
        raise UnreadableError(
            f"The texts have {size:,} characters, and at most {MAX_TEXT:,} are read: give those that the question is "
            "about."
        )
    return "\n\n".join(texts)


def checked_tables(tables: Sequence[Table]) -> list[list[list[str]]]:
    """Raises UnreadableError. What is no number (NaN) is an empty cell, as None is."""
    if not _is_list(tables):
        raise UnreadableError(f"The tables are {_a(tables)}: give a list of tables.")
    if len(tables) > MAX_TABLES:
        raise UnreadableError(
            f"There are {len(tables):,} tables, and at most {MAX_TABLES} are read: give those the question is about."
        )
    for place, table in enumerate(tables):
        _check_form(place, table)
    cells = [[[_text_of(cell) for cell in row] for row in table] for table in tables]
    size = sum(len(cell) for table in cells for row in table for cell in row)
    if size > MAX_TEXT:
        raise UnreadableError(
            f"The tables have {size:,} characters, and at most {MAX_TEXT:,} are read: give the part that the "
            "question is about."
        )
    return cells


def check_taught(examples: Sequence[Taught]) -> None:
    """Raises CannotLearnError, which names the example and its field. What is too large is told when it is read."""
    for place, one in enumerate(examples):
        if not isinstance(one, Taught):
            raise CannotLearnError(f"Example {place} is {_a(one)}: give each as Taught.")
        if fault := _fault_of(one):
            raise CannotLearnError(f"Example {place}: {fault}.")


def _fault_of(one: Taught) -> str:
    """Empty where it can be learned from."""
    if not isinstance(one.question, str):
        return f"its question is {_a(one.question)}, not a text"
    if not _is_list(one.texts) or not all(isinstance(text, str) for text in one.texts):
        return "its texts are no list of texts"
    if not _is_list(one.tables) or not all(_is_list(table) and all(map(_is_list, table)) for table in one.tables):
        return "its tables are no list of lists of rows"
    wrong = next((cell for table in one.tables for row in table for cell in row if not _is_cell(cell)), None)
    if wrong is not None:
        return f"its tables have a cell that is {_a(wrong)}: cells are texts, numbers or None"
    if fault := _fault_of_answer(one.answer):
        return f"its answer {fault}"
    if not isinstance(one.scale, str) or one.scale not in SCALE_NAMES:
        return f"its scale is not known: they are {', '.join(SCALE_NAMES[1:])}, or none"
    if not isinstance(one.derivation, str):
        return f"its derivation is {_a(one.derivation)}, not a text"
    if isinstance(one.weight, bool) or not isinstance(one.weight, int | float):
        return f"its weight is {_a(one.weight)}, not a number"
    if not _is_finite(one.weight) or one.weight <= 0:
        return "its weight is not a positive number: weights are inverse chances, above 0"
    return ""


def _fault_of_answer(answer: Any) -> str:
    if isinstance(answer, str):
        return ""
    if isinstance(answer, bool):
        return "is a bool: give a text, a number or a list of texts"
    if isinstance(answer, int | float):
        return "" if _is_finite(answer) else "is no finite number"
    if not _is_list(answer):
        return f"is {_a(answer)}: give a text, a number or a list of texts"
    return "" if all(isinstance(part, str) for part in answer) else "has a part that is no text"


def _check_form(place: int, table: Any) -> None:
    if not _is_list(table) or not all(map(_is_list, table)):
        raise UnreadableError(f"Table {place} is no list of rows, each a list of cells.")
    rows, columns = len(table), max(map(len, table), default=0)
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise UnreadableError(
            f"Table {place} has {rows:,} rows and {columns:,} columns, and at most {MAX_ROWS} and {MAX_COLUMNS} "
            "are read: give the part that the question is about."
        )


def _text_of(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if not _is_cell(cell):
        raise UnreadableError(f"A cell is {_a(cell)}: cells are texts, numbers or None.")
    if isinstance(cell, int) and abs(cell) >= LARGEST:
        return ""
    return " ".join(str(cell)[:MAX_CELL].split())


def _is_cell(cell: Any) -> bool:
    return cell is None or isinstance(cell, str | int | float)


def _is_finite(number: float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else abs(number) < LARGEST


def _is_list(its: Any) -> bool:
    return isinstance(its, Sequence) and not isinstance(its, str | bytes)


def _a(its: Any) -> str:
    return f"a {type(its).__name__}"
