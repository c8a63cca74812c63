"""A report as one HTML page with plots, that needs nothing beside it. No question or answer is on it. Pure."""

from collections.abc import Sequence
from typing import Final

from ratchet_cli.approaches import wording
from ratchet_cli.approaches.measures import MEASURES, Measure
from ratchet_cli.approaches.report import Report
from ratchet_common.pages.page import facts, figure, heading, items, paragraph, table
from ratchet_common.pages.page import page as page_of
from ratchet_common.pages.plots import SHARES, Range, Row, Scale, intervals
from ratchet_common.pages.series import rounded_up

PARTS: Final = {"answer": "Answers", "retrieval": "Retrieval", "citations": "Citations", "effort": "Latency and cost"}


def page(report: Report) -> str:
    """Well-formed as XML, too."""
    title, found = f"Approaches on {report.suite}", report.found
    gone = wording.not_available(report)
    return page_of(
        title,
        [
            heading(title, 1),
            paragraph(wording.counted(found)),
            *([heading("Not available"), items(gone)] if gone else []),
            heading("Numbers"),
            table(
                wording.measures(report),
                "With 95 % intervals. A target is reached or missed where the whole interval is.",
            ),
            heading("Differences in accuracy"),
            table(
                wording.differences(report),
                "Paired, on the same questions; all of these intervals together hold at 95 %",
            )
            if found.differences
            else paragraph("There are no two approaches to compare."),
            *_plots(report),
            heading("Who answered"),
            facts([(side.approach, wording.answered_by(side)) for side in found.sides], "Models and versions"),
            heading("On these numbers"),
            items(report.notes),
        ],
    )


def _plots(report: Report) -> list[str]:
    drawn: list[str] = []
    for part, name in PARTS.items():
        each = [plot for one in MEASURES if one.part == part and (plot := _plot(one, report))]
        drawn += [heading(name), *each] if each else []
    return drawn


def _plot(one: Measure, report: Report) -> str:
    known = [(side.approach, side.estimates[one.name]) for side in report.found.sides if one.name in side.estimates]
    if not known:
        return ""
    ranges = [
        Range(its.value, its.value if its.low is None else its.low, its.value if its.high is None else its.high)
        for _, its in known
    ]
    goal = None if one.target is None else Range(one.target, one.target, one.target)
    rows = [Row(name, its, goal) for (name, _), its in zip(known, ranges, strict=True)]
    drawn = intervals(rows, one.label, f"{one.label} by approach", _scale(one, rows))
    key = "" if one.target is None else f" Open: the target, {wording.target(one)}."
    return figure(drawn, f"{one.label[:1].upper()}{one.label[1:]}, with 95 % intervals.{key}")


def _scale(one: Measure, rows: Sequence[Row]) -> Scale:
    if one.unit == "share":
        return SHARES
    most = max(its.high for row in rows for its in (row.ours, row.theirs) if its)
    return Scale(rounded_up(most), lambda value: wording.number(one, value), lambda value: wording.number(one, value))
