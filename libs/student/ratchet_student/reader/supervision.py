"""From what a person answered to what a reader should have done: which kind of answer it is, and which candidate.

Several kinds may reach an answer by chance; the derivation decides, where there is one, and else the first of the kinds
in an order that puts what stands there before what is computed.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ratchet_student.counts import Counts
from ratchet_student.passages import answer_words
from ratchet_student.reader.checking import checked_question
from ratchet_student.reader.columns import Columns
from ratchet_student.reader.given import Taught, UnreadableError
from ratchet_student.reader.grid import value_of
from ratchet_student.reader.matching import matched, query
from ratchet_student.reader.programs import KINDS, Program, programs
from ratchet_student.reader.sheet import Sheet, narrowed, sheet_of
from ratchet_student.reader.worth import Meant, exact

PREFERRED = (
    "cell", "cells", "head", "heads", "label", "labels", "change", "difference", "average", "percentage", "ratio",
    "sum", "count",
)  # fmt: skip
ONE_PART = frozenset({"cell", "head", "label"})
_EVERY = frozenset(KINDS)
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Source:
    taught: Taught
    sheet: Sheet
    group: int  # questions about the same texts and tables are held out together
    kind: str  # empty where nobody knows
    best: Program | None  # the first one that is right
    missing: frozenset[str]  # of the question, in texts and tables


def sources(examples: Mapping[int, Taught], questions: Counts) -> list[Source]:
    """`examples` by their places, which UnreadableError names."""
    read: dict[tuple[object, ...], tuple[int, Sheet]] = {}
    found = []
    for place, one in examples.items():
        key = (tuple(one.texts), tuple(tuple(map(tuple, table)) for table in one.tables))
        try:
            checked_question(one.question)
            if key not in read:
                read[key] = len(read), sheet_of(one.texts, one.tables)
        except UnreadableError as error:
            raise UnreadableError(f"Example {place}: {error}") from None
        group, sheet = read[key]
        found.append(_source(one, sheet, group, questions))
    return found


def right_ones(found: Sequence[Program], reaching: Sequence[bool], derivation: str) -> list[bool]:
    """Of several that reach the answer, those that take the derivation's figures, if any of them does."""
    figures = figures_of(derivation)
    if not figures:
        return list(reaching)
    close = [its and _takes(program, figures) for its, program in zip(reaching, found, strict=True)]
    return close if any(close) else list(reaching)


def figures_of(derivation: str) -> frozenset[float]:
    return frozenset(value for text in _FIGURE.findall(derivation) if not math.isnan(value := value_of(text)))


def _takes(program: Program, figures: frozenset[float]) -> bool:
    values = [match.row.values[place] for match, place in program.operands if 0 <= place < len(match.row.values)]
    return bool(values) and all(abs(float(value)) in figures for value in values)


def _source(one: Taught, sheet: Sheet, group: int, questions: Counts) -> Source:
    asked = query(one.question, questions)
    sheet = narrowed(sheet, asked)
    missing = frozenset(asked.weights) - sheet.stems
    found = programs(asked, matched(asked, sheet.grids), sheet.grids, _EVERY, Columns(asked))
    meant = Meant.by(one.parts)
    right_too = right_ones(found, [exact(program, meant) for program in found], one.derivation)
    right = [program for program, its in zip(found, right_too, strict=True) if its]
    derived = _derived_kind(one.derivation)
    reaching = {program.kind for program in right}
    kind = derived if derived and (derived in reaching or not reaching) else _preferred(reaching, one, sheet)
    best = next((program for program in right if program.kind == kind), None)
    return Source(one, sheet, group, kind, best, missing)


def _preferred(reaching: set[str], one: Taught, sheet: Sheet) -> str:
    if kind := next((kind for kind in PREFERRED if kind in reaching), ""):
        in_text = kind in ONE_PART and len(one.parts[0].split()) > 3 and _in_text(one.parts[0], sheet)
        return "text" if in_text else kind
    if len(one.parts) == 1 and _in_text(one.parts[0], sheet):
        return "text"
    if len(one.parts) > 1:
        return "cells" if all(not math.isnan(value_of(part)) for part in one.parts) else "labels"
    return ""


def _in_text(part: str, sheet: Sheet) -> bool:
    wanted = " ".join(answer_words(part))
    return bool(wanted) and any(wanted in " ".join(answer_words(its.text)) for its in sheet.text.passages)


def _derived_kind(derivation: str) -> str:
    """What it computes, by its form; empty for forms that are none of the operations, and for notes in words."""
    if "##" in derivation:
        return "count"
    form = re.sub(r"[$€£%\s]", "", derivation).replace("[", "(").replace("]", ")")
    form = _FIGURE.sub("N", form).replace("(-N)", "N").replace("(N)", "N")
    form = form.removeprefix("-")
    return next((kind for kind, pattern in _FORMS if pattern.fullmatch(form)), "")


_FORMS = (
    ("change", re.compile(r"\(-?N--?N\)/-?N(?:\*N)?|N/N-N")),
    ("difference", re.compile(r"\(?N--?N\)?")),
    ("average", re.compile(r"\(-?N(?:[+-]-?N)+\)/N")),
    ("sum", re.compile(r"\(?-?N(?:\+-?N)+\)?")),
    ("ratio", re.compile(r"\(?N/-?N\)?")),
)
