"""What people answered, as a reader learns it: its parts, and the scale that they name ("1,500 thousand", "25%")."""

import math
import re
from collections.abc import Iterator, Sequence

from ratchet_student.examples import Example
from ratchet_student.reader.documents import Rows
from ratchet_student.reader.fitting import fitting
from ratchet_student.reader.given import MAX_QUESTION, Taught
from ratchet_student.reader.grid import value_of

_SCALED = re.compile(r"(?P<said>.*\S)\s+(?P<scale>thousand|million|billion|percent)s?\.?", re.IGNORECASE | re.DOTALL)


def lessons_of(examples: Sequence[Example]) -> Iterator[Taught]:
    """Of those that have a question and an answer. What is too long is narrowed, as it is when it is read."""
    for example in examples:
        question = example.question.strip()[:MAX_QUESTION]
        if not question:
            continue
        read = fitting(example.document, question)
        parts, scale = answered(example.target, read.tables)
        if any(parts):
            texts = tuple(text.text for text in read.texts)
            tables = tuple(tuple(tuple(cell.text for cell in row) for row in table) for table in read.tables)
            yield Taught(question, texts, tables, parts, scale, weight=example.weight)


def answered(target: str | Sequence[str], tables: Sequence[Rows]) -> tuple[tuple[str, ...], str]:
    """Parts and scale. A list is one part each, and so are the lines of a text; what commas part is several where each
    of them is a figure or stands in a cell."""
    cells = frozenset(_plain(cell.text) for table in tables for row in table for cell in row)
    lines = target.splitlines() if isinstance(target, str) else target
    each = [_scaled(line.strip(), cells) for line in lines if line.strip()]
    scales = {scale for _, scale in each}
    if len(each) == 1:
        (said, scale) = each[0]
        return _parts(said, cells), scale
    if len(scales) == 1:
        return tuple(said for said, _ in each), scales.pop()
    return tuple(line.strip() for line in lines if line.strip()), ""


def _scaled(said: str, cells: frozenset[str]) -> tuple[str, str]:
    if (found := _SCALED.fullmatch(said)) and all(map(_is_figure, _parts(found["said"], cells))):
        return found["said"], found["scale"].lower()
    if "%" in said and all(map(_is_figure, _parts(said, cells))):
        stands = all(_plain(part) in cells for part in _parts(said, cells))
        return (said if stands else said.replace("%", "")), "percent"
    return said, ""


def _parts(said: str, cells: frozenset[str]) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in said.split(", "))
    if len(parts) == 1 or _plain(said) in cells:
        return (said,)
    return parts if all(_is_figure(part) or _plain(part) in cells for part in parts) else (said,)


def _is_figure(text: str) -> bool:
    return not math.isnan(value_of(text))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
