"""A report as a page of Markdown. Pure."""

from typing import Final

from ratchet_common.legible import legible
from ratchet_trainer.pages import numbers
from ratchet_trainer.pages.numbers import Table
from ratchet_trainer.suites.report import Report

SPECIAL: Final = str.maketrans({letter: f"\\{letter}" for letter in "|\\`[]*_~"} | {"<": "&lt;"})


def page(report: Report) -> str:
    parts = [
        f"# Evaluation of {_plain(report.candidate)}",
        f"**{_plain(numbers.verdict(report))}**",
        *(_plain(reason) for reason in report.reasons),
        f"On {_plain(report.material)}, for the task {_plain(report.task_type)}, at "
        f"{report.created_at:%Y-%m-%d %H:%M} UTC; {report.evaluation_id}, {_plain(report.state)}.",
        f"Benchmark score: {numbers.number(report.benchmark_score)}.",
    ]
    if report.summary:
        parts += ["## Numbers", _table(numbers.metrics(report.summary))]
        found = numbers.slices(report.summary)
        parts += ["## By slice", _table(found)] if found else []
        parts += ["## Judge", _plain(numbers.judge(report.judged))]
    parts += ["## Case by case", _table(numbers.cases(report))]
    return "\n\n".join(parts) + "\n"


def _table(rows: Table) -> str:
    lines = [rows[0], tuple("---" for _ in rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)


def _plain(text: str) -> str:
    return legible(text).translate(SPECIAL)
