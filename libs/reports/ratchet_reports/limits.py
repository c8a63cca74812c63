"""How large a report may be. Beyond a limit it is refused as a whole, with a sentence: no page is half of one."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec

from ratchet_reports.plots.plot import Lines, Plot
from ratchet_reports.report import Report

Reason = Literal["broken", "inconsistent", "too_large"]
_MARK: Final = re.compile(r"[0-9A-Za-z]{1,12}")  # what an address within a page may be made of
_HALF: Final = re.compile("[\ud800-\udfff]")  # of a pair of UTF-16: no file can have it


class ReportRefusedError(ValueError):
    """`type` is stable; the sentence goes to the reader as it stands, and quotes no more of the report than a mark."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.type: Reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 20_000_000  # of its JSON, as it is read
    sections: int = 100
    statements: int = 2_000
    figures: int = 1_000
    inputs: int = 5_000  # of all figures
    citations: int = 2_000
    tables: int = 50
    columns: int = 20  # of one table
    cells: int = 8_000  # of all tables
    plots: int = 20
    series: int = 12  # of one plot
    points: int = 6_000  # of one plot
    bars: int = 60  # of one plot
    checks: int = 200
    notes: int = 1_000  # assumptions and warnings
    text: int = 20_000  # characters of one
    characters: int = 400_000  # of all texts: a PDF of about 150 pages


STANDARD: Final = Limits()


def taken(report: Report, limits: Limits = STANDARD) -> Report:
    """The report itself, once it is known to be whole and within the limits. Raises ReportRefusedError."""
    for what, count, most in _counts(report, limits):
        if count > most:
            raise ReportRefusedError("too_large", f"The report has {count:,} {what}, and at most {most:,} are taken.")
    _texts(report, limits)
    _marks(report)
    _tables(report)
    for plot in report.plots:
        _plot(plot)
    if report.confidence is not None and not 0 <= report.confidence <= 1:
        raise ReportRefusedError("inconsistent", "The confidence of a report is from 0 to 1.")
    cost = report.statistics.cost_usd
    if cost is not None and not cost.is_finite():
        raise ReportRefusedError("inconsistent", "The cost of a report is a finite number.")
    if any(page < 1 for one in report.citations for page in (*one.pages, 1 if one.page is None else one.page)):
        raise ReportRefusedError("inconsistent", "The pages that a report cites count from 1.")
    return report


def _counts(report: Report, limits: Limits) -> Iterable[tuple[str, int, int]]:
    yield "sections", len(report.sections), limits.sections
    statements = sum(len(its.statements) for one in report.sections for its in one.paragraphs)
    yield "statements", statements, limits.statements
    yield "figures", len(report.figures), limits.figures
    yield "inputs of figures", sum(len(one.figure.inputs) for one in report.figures), limits.inputs
    yield "citations", len(report.citations), limits.citations
    yield "tables", len(report.tables), limits.tables
    yield "columns in one table", max((len(one.columns) for one in report.tables), default=0), limits.columns
    yield "cells in its tables", sum(len(row) for one in report.tables for row in one.rows), limits.cells
    yield "plots", len(report.plots), limits.plots
    for plot in report.plots:
        if isinstance(plot, Lines):
            yield "series in one plot", len(plot.series), limits.series
            yield "points in one plot", sum(len(one.values) for one in plot.series), limits.points
        else:
            yield "bars in one plot", len(plot.bars), limits.bars
    yield "quality checks", len(report.checks), limits.checks
    yield "assumptions and warnings", len(report.assumptions) + len(report.warnings), limits.notes


def _texts(report: Report, limits: Limits) -> None:
    total = 0
    for one in _leaves(msgspec.to_builtins(report, builtin_types=(date, datetime))):  # days of plots are no text
        if isinstance(one, float) and not math.isfinite(one):
            raise ReportRefusedError("inconsistent", "The report has a number that is not finite: leave it out.")
        if isinstance(one, str):
            total += len(one)
            if _HALF.search(one):
                raise ReportRefusedError(
                    "inconsistent", "A text of the report has half a character: it is not Unicode."
                )
            if len(one) > limits.text:
                raise ReportRefusedError(
                    "too_large", f"A text of the report has {len(one):,} characters: at most {limits.text:,} are taken."
                )
    if total > limits.characters:
        raise ReportRefusedError(
            "too_large", f"The report has {total:,} characters, and at most {limits.characters:,} are taken."
        )


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def _marks(report: Report) -> None:
    there = Counter(report.marks)
    if wrong := [one for one in there if not _MARK.fullmatch(one)]:
        raise ReportRefusedError(
            "inconsistent", f"{len(wrong):,} marks of the report are not of 1 to 12 letters and digits."
        )
    if twice := [one for one, count in there.items() if count > 1]:
        raise ReportRefusedError("inconsistent", f"The mark [{twice[0]}] stands for more than one source.")
    statements = [its for one in report.sections for paragraph in one.paragraphs for its in paragraph.statements]
    for marks in (*(one.marks for one in statements), *(one.marks for one in report.tables)):
        for mark in marks:
            if mark not in there:
                shown = f"[{mark}]" if _MARK.fullmatch(mark) else "that no source has"
                raise ReportRefusedError("inconsistent", f"The report cites a mark {shown}, and nothing stands there.")


def _tables(report: Report) -> None:
    for number, one in enumerate(report.tables, 1):
        if not one.columns or any(len(row) != len(one.columns) for row in one.rows):
            raise ReportRefusedError("inconsistent", f"Table {number} has rows that are not as wide as its head.")


def _plot(plot: Plot) -> None:
    if not isinstance(plot, Lines):
        if len({one.name for one in plot.bars}) != len(plot.bars):
            raise ReportRefusedError("inconsistent", "A plot has two bars of the same name.")
        return
    if len({one.name for one in plot.series}) != len(plot.series):
        raise ReportRefusedError("inconsistent", "A plot has two series of the same name.")
    for one in plot.series:
        if len(one.days) != len(one.values):
            raise ReportRefusedError("inconsistent", "A series of a plot has not one value for each of its days.")
        if any(later <= earlier for earlier, later in zip(one.days, one.days[1:], strict=False)):
            raise ReportRefusedError("inconsistent", "The days of a series of a plot do not rise.")
