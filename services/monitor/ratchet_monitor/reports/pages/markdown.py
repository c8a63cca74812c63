"""A report as a page of Markdown. Pure."""

from ratchet_common.pages.markdown import items, plain, table
from ratchet_common.pages.page import Table
from ratchet_monitor.reports.pages import tables
from ratchet_monitor.reports.report import Report


def page(report: Report) -> str:
    prompts = report.prompts
    parts = [
        f"# {plain(tables.title(report))}",
        plain(tables.time(report)),
        items(report.points),
        "## Numbers",
        table(tables.summary(report)),
        "## What changed",
        "All of these intervals together hold at 95 %.",
        table(tables.changes(report)),
        table(tables.cost(report)),
        "## By task, model and version",
        _some(tables.parts(report.by_task, "task"), "Tasks"),
        _some(tables.parts(report.by_model, "model"), "Models"),
        _some(tables.parts(report.by_version, "version"), "Versions"),
        "## Drift",
        _some(tables.alerts(report.drift), "Drift"),
        "## Alerts",
        _some(tables.alerts(report.alerts), "Alerts"),
        "## Experiments and rollouts",
        _some(tables.experiments(report.experiments), "Experiments"),
        "## Prompts",
        _some(tables.templates(prompts.templates), "Templates"),
        _some(tables.best(prompts.best), "Best templates"),
        _some(tables.to_retire(prompts.to_retire), "Templates that can go"),
        "## On these numbers",
        items(report.notes),
    ]
    return "\n\n".join(parts) + "\n"


def _some(rows: Table, what: str) -> str:
    return table(rows) if rows else f"{what}: none."
