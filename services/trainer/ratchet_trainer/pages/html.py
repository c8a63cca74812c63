"""A report as one HTML page that needs nothing beside it. No text of any case is on it. Pure."""

from collections.abc import Sequence
from typing import Final

from ratchet_common.pages.page import Table, escape, facts, figure, heading, paragraph, table
from ratchet_common.pages.page import page as page_of
from ratchet_common.pages.plots import Range, Row, intervals
from ratchet_trainer.pages import numbers
from ratchet_trainer.pages.plots import histogram, scatter
from ratchet_trainer.suites.outcomes import CaseOutcome
from ratchet_trainer.suites.report import Report
from ratchet_trainer.suites.summary import Estimate, Summary

MOST_ROWS: Final = 20  # slices in the plot; the table has all


def page(report: Report) -> str:
    """Well-formed as XML, too."""
    title = f"Evaluation of {report.candidate}"
    return page_of(
        title,
        [
            heading(title, 1),
            f'<p class="verdict">{escape(numbers.verdict(report))}</p>',
            *(paragraph(reason) for reason in report.reasons),
            _about(report),
            *(_found(report, report.summary) if report.summary else []),
        ],
    )


def _about(report: Report) -> str:
    rows: Table = [
        ("evaluation", str(report.evaluation_id)),
        ("task", report.task_type),
        ("on", report.material),
        ("baseline", report.baseline or "none"),
        ("made by", "the gate" if report.kind == "gate" else "somebody who asked for it"),
        ("at", f"{report.created_at:%Y-%m-%d %H:%M} UTC"),
        ("state", report.state),
        ("benchmark score", numbers.number(report.benchmark_score)),
    ]
    if report.spent_usd is not None:
        rows.append(("spent", f"{report.spent_usd:.6f} USD"))
    return facts(rows, "What was evaluated")


def _found(report: Report, found: Summary) -> list[str]:
    counted = [case for case in report.cases if _scores(case) is not None]
    return [
        heading("Numbers"),
        table(numbers.metrics(found), "With 95 % intervals where there are any"),
        heading("By slice"),
        _figure(
            intervals(_rows(found), "Score by slice", "Mean score of the candidate by slice"),
            "Mean scores with their 95 % intervals.",
            found,
        ),
        table(numbers.slices(found), "Document types and tags"),
        heading("By case"),
        *_of_cases(counted, found),
        heading("Judge"),
        paragraph(numbers.judge(report.judged)),
        f"<details><summary>All {len(report.cases)} cases</summary>",
        table(numbers.cases(report), "Case by case"),
        "</details>",
    ]


def _of_cases(counted: Sequence[CaseOutcome], found: Summary) -> list[str]:
    ours = [case.candidate.score or 0.0 for case in counted]
    if not found.baseline:
        return [_figure(histogram(ours, None, "Scores of the cases"), "How many cases have which score.", found)]
    theirs = [(case.baseline.score or 0.0) if case.baseline else 0.0 for case in counted]
    pairs = list(zip(theirs, ours, strict=True))
    return [
        _figure(histogram(ours, theirs, "Scores of the cases"), "How many cases have which score.", found),
        _figure(
            scatter(pairs, "Candidate against baseline"),
            "Each point is a case, or several: baseline to the right, candidate up. Above the line it is better.",
            found,
        ),
    ]


def _rows(found: Summary) -> list[Row]:
    ours = found.candidate.accuracy
    whole = Row("all cases", _range(ours), _range(found.baseline.accuracy) if found.baseline else None)
    rest = (Row(s.name, _range(s.candidate), _range(s.baseline) if s.baseline else None) for s in found.slices)
    return [whole, *list(rest)[:MOST_ROWS]]


def _range(found: Estimate) -> Range:
    return Range(found.mean, found.low, found.high)


def _figure(svg: str, caption: str, found: Summary) -> str:
    key = " Filled: candidate; open: baseline." if found.baseline else ""
    return figure(svg, caption + key)


def _scores(case: CaseOutcome) -> float | None:
    """None where a side has none."""
    if case.baseline is not None and case.baseline.score is None:
        return None
    return case.candidate.score
