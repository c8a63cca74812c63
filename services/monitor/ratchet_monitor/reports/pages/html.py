"""A report as one HTML page with plots, that needs nothing beside it. Pure."""

from collections.abc import Sequence
from typing import Final

from ratchet_common.pages.page import Table, figure, heading, items, paragraph, table
from ratchet_common.pages.page import page as page_of
from ratchet_common.pages.plots import Range, Row, intervals
from ratchet_common.pages.series import Axis, bars, lines
from ratchet_monitor.means import Mean
from ratchet_monitor.reports.pages import tables
from ratchet_monitor.reports.report import Part, Point, Report

BLOCKS: Final = {"daily": "hour", "weekly": "day", "monthly": "day", "quarterly": "seven days"}


def page(report: Report) -> str:
    """Well-formed as XML, too."""
    title = tables.title(report)
    return page_of(
        title,
        [
            heading(title, 1),
            paragraph(tables.time(report)),
            items(report.points),
            *_over_time(report),
            heading("Numbers"),
            table(tables.summary(report), "Beside the period before; with 95 % intervals where there are any"),
            heading("What changed"),
            table(tables.changes(report), "All of these intervals together hold at 95 %"),
            table(tables.cost(report), "What became of the cost"),
            heading("By task, model and version"),
            *_by_task(report.by_task),
            _some(tables.parts(report.by_task, "task"), "By task"),
            _some(tables.parts(report.by_model, "model"), "By model"),
            _some(tables.parts(report.by_version, "version"), "By version"),
            heading("Drift"),
            _some(tables.alerts(report.drift), "Told by the drift of windows and streams"),
            heading("Alerts"),
            _some(tables.alerts(report.alerts), "Open at any time of the period"),
            heading("Experiments and rollouts"),
            _some(tables.experiments(report.experiments), "As they stood at the end of the period"),
            heading("Prompts"),
            _some(tables.templates(report.prompts.templates), "Templates of the most uses"),
            _some(tables.best(report.prompts.best), "The best for each task and type of document"),
            _some(tables.to_retire(report.prompts.to_retire), "Those that can go"),
            heading("On these numbers"),
            items(report.notes),
        ],
    )


def _some(rows: Table, caption: str) -> str:
    return table(rows, caption) if rows else paragraph(f"{caption}: none.")


def _over_time(report: Report) -> list[str]:
    points, block = report.series, BLOCKS[report.rhythm]
    times = [one.label for one in points]
    if not report.now.uses:
        return []
    made = [float(one.made + one.cached) for one in points]
    return [
        figure(
            bars(times, made, Axis(f"Answers by {block}", lambda n: f"{n:,.0f}")),
            f"Answers by {block}, those out of the cache among them.",
        ),
        figure(
            lines(times, [_quality(one) for one in points], [], Axis(f"Quality by {block}", "{:.1f}".format, 1.0)),
            f"Mean score by {block}, as people spoke, with its 95 % interval.",
        ),
        figure(
            bars(times, [one.cost for one in points], Axis(f"Cost by {block}", lambda usd: f"{usd:,.4g} USD")),
            f"Cost by {block}.",
        ),
        figure(
            lines(
                times,
                [_at(one.p50_latency_ms) for one in points],
                [one.p95_latency_ms for one in points],
                Axis(f"Latency by {block}", lambda ms: f"{ms:,.0f} ms"),
            ),
            f"Latency by {block}. Filled: half of the answers were faster; open: 95 of 100 were.",
        ),
    ]


def _quality(point: Point) -> Range | None:
    if point.quality is None or point.quality_low is None or point.quality_high is None:
        return None
    return Range(point.quality, point.quality_low, point.quality_high)


def _at(value: float | None) -> Range | None:
    return None if value is None else Range(value, value, value)


def _by_task(parts: Sequence[Part]) -> list[str]:
    rows = [
        Row(
            one.name, _range(one.now.quality), _range(one.before.quality) if one.before and one.before.quality else None
        )
        for one in parts
        if one.now and one.now.quality
    ]
    if not rows:
        return []
    drawn = intervals(rows, "Quality by task", "Mean score by task")
    return [figure(drawn, "Weighted mean scores with their 95 % intervals. Filled: this period; open: the one before.")]


def _of_before(one: Part) -> Range | None:
    return _range(one.before.quality) if one.before and one.before.quality else None


def _range(its: Mean) -> Range:
    return Range(its.value, *its.interval)
