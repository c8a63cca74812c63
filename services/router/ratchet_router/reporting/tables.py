"""A table of the figures of each subject. Pure."""

from collections.abc import Sequence

from ratchet_figures.narrating import Marked
from ratchet_figures.showing import shown
from ratchet_reports.limits import STANDARD
from ratchet_reports.report import Table

COLUMNS = ("measure", "value", "from", "until")


def tables_of(figures: Sequence[Marked]) -> tuple[Table, ...]:
    """Those of one figure alone stand together in the last."""
    by_subject: dict[str, list[Marked]] = {}
    for one in figures:
        by_subject.setdefault(one.figure.subject, []).append(one)
    alone = [its[0] for its in by_subject.values() if len(its) == 1]
    tables = [_table(f"Figures of {subject}", its) for subject, its in by_subject.items() if len(its) > 1]
    if alone:
        tables.append(_beside(alone))
    return tuple(tables[: STANDARD.tables])


def _table(title: str, figures: Sequence[Marked]) -> Table:
    rows = tuple((_called(one), *_value_and_time(one)) for one in figures)
    return Table(title=title, columns=COLUMNS, rows=rows, marks=tuple(one.mark for one in figures))


def _beside(figures: Sequence[Marked]) -> Table:
    rows = tuple((one.figure.subject, _called(one), *_value_and_time(one)) for one in figures)
    marks = tuple(one.mark for one in figures)
    return Table(title="Figures beside each other", columns=("of", *COLUMNS), rows=rows, marks=marks)


def _called(one: Marked) -> str:
    return one.figure.name.replace("_", " ")


def _value_and_time(one: Marked) -> tuple[str, str, str]:
    its = one.figure
    return shown(its), str(its.period.first), str(its.period.last)
