"""A report as one HTML page that needs nothing beside it: no script, no font, nothing from elsewhere. Pure.

No text of any case is on it. Everything that comes from outside (names, ids, tags) is escaped.
"""

import html
from collections.abc import Sequence
from typing import Final

from ratchet_common.legible import legible
from ratchet_trainer.pages import numbers
from ratchet_trainer.pages.numbers import Table
from ratchet_trainer.pages.plots import Range, Row, histogram, intervals, scatter
from ratchet_trainer.suites.outcomes import CaseOutcome
from ratchet_trainer.suites.report import Report
from ratchet_trainer.suites.summary import Estimate, Summary

MOST_ROWS: Final = 20  # slices in the plot; the table has all
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"  # for the header of the answer
STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #ffffff; --soft: #59636e; --line: #d1d9e0;
  --candidate: #0b5cad; --baseline: #a34100; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9da7b1; --line: #3d444d;
  --candidate: #6cb6ff; --baseline: #f0a35e; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 52rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
caption { text-align: left; color: var(--soft); }
figure { margin: 1.5rem 0; overflow-x: auto; }
figcaption { color: var(--soft); }
.verdict { font-size: 1.2rem; }
svg { width: 100%; min-width: 30rem; font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); }
svg .small { font-size: 10px; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--ink); }
svg .diagonal { stroke: var(--soft); stroke-dasharray: 4 4; }
svg line.candidate { stroke: var(--candidate); stroke-width: 2; }
svg line.baseline { stroke: var(--baseline); stroke-width: 2; }
svg .candidate.mark, svg .candidate.bar { fill: var(--candidate); }
svg .candidate.point { fill: var(--candidate); fill-opacity: .5; stroke: var(--candidate); }
svg .baseline.mark, svg .baseline.bar { fill: var(--paper); stroke: var(--baseline); stroke-width: 2; }
"""


def page(report: Report) -> str:
    """Well-formed as XML, too."""
    title = f"Evaluation of {report.candidate}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="verdict">{escape(numbers.verdict(report))}</p>',
        *(f"<p>{escape(reason)}</p>" for reason in report.reasons),
        _about(report),
        *(_found(report, report.summary) if report.summary else []),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def escape(text: str) -> str:
    return html.escape(legible(text))


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
    shown = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f"<table><caption>What was evaluated</caption><tbody>{shown}</tbody></table>"


def _found(report: Report, found: Summary) -> list[str]:
    counted = [case for case in report.cases if _scores(case) is not None]
    return [
        "<h2>Numbers</h2>",
        _table(numbers.metrics(found), "With 95 % intervals where there are any"),
        "<h2>By slice</h2>",
        _figure(intervals(_rows(found), "Score by slice"), "Mean scores with their 95 % intervals.", found),
        _table(numbers.slices(found), "Document types and tags"),
        "<h2>By case</h2>",
        *_of_cases(counted, found),
        "<h2>Judge</h2>",
        f"<p>{escape(numbers.judge(report.judged))}</p>",
        f"<details><summary>All {len(report.cases)} cases</summary>",
        _table(numbers.cases(report), "Case by case"),
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
    return f"<figure>{svg}<figcaption>{escape(caption + key)}</figcaption></figure>"


def _table(rows: Table, caption: str) -> str:
    if not rows:
        return "<p>There are none.</p>"
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows[1:]
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _scores(case: CaseOutcome) -> float | None:
    """None where a side has none."""
    if case.baseline is not None and case.baseline.score is None:
        return None
    return case.candidate.score
