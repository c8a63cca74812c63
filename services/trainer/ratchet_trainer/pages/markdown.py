"""A report as a page of Markdown. Pure."""

from ratchet_common.pages.markdown import plain, table
from ratchet_trainer.pages import numbers
from ratchet_trainer.suites.report import Report


def page(report: Report) -> str:
    parts = [
        f"# Evaluation of {plain(report.candidate)}",
        f"**{plain(numbers.verdict(report))}**",
        *(plain(reason) for reason in report.reasons),
        f"On {plain(report.material)}, for the task {plain(report.task_type)}, at "
        f"{report.created_at:%Y-%m-%d %H:%M} UTC; {report.evaluation_id}, {plain(report.state)}.",
        f"Benchmark score: {numbers.number(report.benchmark_score)}.",
    ]
    if report.summary:
        parts += ["## Numbers", table(numbers.metrics(report.summary))]
        found = numbers.slices(report.summary)
        parts += ["## By slice", table(found)] if found else []
        parts += ["## Judge", plain(numbers.judge(report.judged))]
    parts += ["## Case by case", table(numbers.cases(report))]
    return "\n\n".join(parts) + "\n"
