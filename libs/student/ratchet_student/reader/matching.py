"""How much of a question stands at each row and over each column of the tables."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.counts import Counts
from ratchet_student.questions import STEM
from ratchet_student.reader.grid import Grid, Row, value_of, years_in
from ratchet_student.reading import names_of
from ratchet_student.words import words

ROW_LOOKS, COLUMN_LOOKS = 13, 9
TOTAL = 7  # which of a row's looks says that it is a total
PERCENT = 7  # which of a column's looks says that it holds percentages
LONGEST_RUN, LONGEST_QUESTION = 40, 80  # words that are compared one by one
LEAST_TELLING = 0.02  # weight of a word that stands in every question

_NOTE_MARK = re.compile(r"(?<=[a-z)])\d{1,2}\b|\(\d{1,2}\)")
_TOTAL = re.compile(r"\btotals?\b|\bnet\b", re.IGNORECASE)
_FIGURE = re.compile(r"\$?\d[\d,]*(?:\.\d+)?")
_MOST = re.compile(
    r"\b(?:most|highest|largest|higher|larger|greater|greatest|biggest|maximum|more|above|exceed\w*|over)\b", re.I
)
_LEAST = re.compile(r"\b(?:least|lowest|smallest|lower|smaller|minimum|less|fewest|below|under|fewer)\b", re.I)

TELLING = 0.3  # weight of a word that says what is asked for


@dataclass(frozen=True, slots=True)
class Query:
    order: tuple[str, ...]  # stems as they come
    weights: dict[str, float]  # how much each says of what is asked for: little where it stands in most questions
    years: tuple[str, ...]
    figures: tuple[float, ...]  # that are no years
    most: bool
    least: bool

    @property
    def telling(self) -> frozenset[str]:
        """The stems of words, not figures, that say what is asked for."""
        return frozenset(stem for stem, weight in self.weights.items() if weight >= TELLING and stem.isalpha())


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """One row beside the question."""

    grid: Grid
    row: Row
    score: float
    first: int  # where in the question it is first spoken of; behind the end if nowhere
    looks: tuple[float, ...]


def query(question: str, questions: Counts) -> Query:
    order = tuple(stems(question))
    its = list(dict.fromkeys(words(question)))
    n = questions.total + 2
    telling = np.maximum(np.log(n / (questions.of(names_of(its)) + 1)) / np.log(n), LEAST_TELLING)
    weights: dict[str, float] = {}
    for word, weight in zip(its, telling, strict=True):
        weights[word[:STEM]] = max(float(weight), weights.get(word[:STEM], 0.0))
    years = tuple(years_in(question))
    figures = [value_of(text) for text in _FIGURE.findall(question) if text not in years]
    return Query(order, weights, years, tuple(figures), bool(_MOST.search(question)), bool(_LEAST.search(question)))


def stems(text: str) -> list[str]:
    return [word[:STEM] for word in words(_NOTE_MARK.sub("", text))]


def matched(asked: Query, grids: Sequence[Grid]) -> list[Match]:
    """All rows, the best first."""
    found = [match for grid in grids for match in _of_grid(asked, grid)]
    ranked = sorted(found, key=lambda match: -match.score)
    best = max((match.score for match in ranked), default=0.0) or 1.0
    second = ranked[1].score if len(ranked) > 1 else 0.0
    return [  # how it stands beside the others comes last
        Match(
            one.grid,
            one.row,
            one.score,
            one.first,
            (*one.looks, min(rank, 9), one.score / best, one.score - (second if rank == 0 else best)),
        )
        for rank, one in enumerate(ranked)
    ]


def _of_grid(asked: Query, grid: Grid) -> list[Match]:
    labels = [stems(row.label) for row in grid.rows]
    sections = [set(stems(row.section)) for row in grid.rows]
    holding = Counter(stem for its in labels for stem in set(its))
    n = len(labels)
    rarity = {stem: math.log((1 + n) / (1 + count)) / math.log(2 + n) + 0.1 for stem, count in holding.items()}
    known = {stem for its in sections for stem in its} | rarity.keys()
    whole = sum(weight * rarity.get(stem, 0.1) for stem, weight in asked.weights.items() if stem in known) or 1.0
    return [
        _match(asked, grid, row, label, section, rarity, whole)
        for row, label, section in zip(grid.rows, labels, sections, strict=True)
    ]


def _match(
    asked: Query, grid: Grid, row: Row, label: list[str], section: set[str], rarity: dict[str, float], whole: float
) -> Match:
    its = set(label)
    there = its & asked.weights.keys()
    of_label = sum(rarity[stem] for stem in there) / (sum(rarity[stem] for stem in its) or 1.0)
    of_question = sum(asked.weights[stem] * rarity[stem] for stem in there) / whole
    both = 2 * of_label * of_question / (of_label + of_question) if of_label + of_question else 0.0
    run, first = _longest_run(label, asked.order)
    run_share = run / max(len(label), 1)
    of_section = len(section & asked.weights.keys()) / max(len(section), 1)
    score = 0.5 * both + 0.3 * run_share + 0.1 * of_label + 0.1 * of_section
    looks = (
        score, of_label, of_question, both, run_share, run, of_section, float(bool(_TOTAL.search(row.label))),
        min(len(label), 12), first / max(len(asked.order), 1),
    )  # fmt: skip
    return Match(grid, row, score, first, looks)


def _longest_run(label: Sequence[str], order: Sequence[str]) -> tuple[int, int]:
    """Words of the label that follow each other in the question as they do there, and where."""
    best, at = 0, len(order)
    label, order = label[:LONGEST_RUN], order[:LONGEST_QUESTION]
    before = [0] * (len(label) + 1)
    for place, stem in enumerate(order):
        now = [0] * (len(label) + 1)
        for column, other in enumerate(label):
            if stem == other:
                now[column + 1] = before[column] + 1
                if now[column + 1] > best:
                    best, at = now[column + 1], place - now[column + 1] + 1
        before = now
    return best, at


def column_looks(asked: Query, row: Row) -> list[tuple[float, ...]]:
    """Of each cell of a row."""
    years, figures = set(asked.years), [place for place, value in enumerate(row.values) if not math.isnan(value)]
    rows: list[tuple[float, ...]] = []
    for column, (cell, head) in enumerate(zip(row.cells, row.heads, strict=True)):
        its = {stem for stem in stems(head) if not stem.isdigit()}
        there = its & asked.weights.keys()
        headed = row.years[column]
        rows.append(
            (
                float(bool(headed & years)) - 0.5 * (bool(years) and bool(headed) and not headed & years),
                float(bool(headed)),
                len(there) / max(len(its), 1),
                sum(asked.weights[stem] for stem in there),
                column,
                float(bool(figures) and column == figures[0]),
                float(bool(figures) and column == figures[-1]),
                float("%" in cell or "%" in head),
                float(not math.isnan(row.values[column])),
            )
        )
    return rows
