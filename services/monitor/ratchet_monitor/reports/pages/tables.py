"""What the tables of a report say: rows of plain text. Pure."""

from collections.abc import Callable, Sequence
from typing import Final

from ratchet_common.pages.page import Table
from ratchet_monitor.means import Mean
from ratchet_monitor.prompts.best import Best
from ratchet_monitor.prompts.performance import Measure, PromptNumbers
from ratchet_monitor.prompts.retiring import Suggestion
from ratchet_monitor.reports.changes import Change
from ratchet_monitor.reports.happenings import AlertThen, ExperimentThen
from ratchet_monitor.reports.measures import Measures
from ratchet_monitor.reports.pointing import IN_WORDS, amount, signed
from ratchet_monitor.reports.report import Part, Report

NOTHING: Final = "–"  # noqa: RUF001
TITLES: Final = {"daily": "Day", "weekly": "Week", "monthly": "Month", "quarterly": "Quarter"}
ROWS: Final[tuple[tuple[str, Callable[[Measures], str]], ...]] = (
    ("answers", lambda one: f"{one.uses:,}"),
    ("of them out of the cache", lambda one: f"{one.cached:,}"),
    ("failed", lambda one: f"{one.failed:,} ({percent(one.error_rate)})"),
    ("scored by people", lambda one: f"{one.scored:,} ({percent(one.feedback_rate)})"),
    ("quality, weighted by who speaks", lambda one: mean(one.quality)),
    ("quality, as people spoke", lambda one: mean(one.quality_raw)),
    ("share of the answers that the weighted one speaks of", lambda one: percent(one.covered)),
    ("a judge's scores", lambda one: mean(one.judge)),
    ("ratings", lambda one: f"{one.ratings:,}"),
    ("satisfaction", lambda one: number(one.satisfaction)),
    ("negative ratings", lambda one: percent(one.negative_share)),
    ("cost", lambda one: usd(one.cost)),
    ("cost of an answer", lambda one: measured(one.cost_of_answer, "{:.6f} USD")),
    ("cost of calls whose answers were not given", lambda one: usd(one.cost_of_attempts)),
    ("saved by the cache", lambda one: usd(one.saved_by_cache)),
    ("saved by routing", lambda one: usd(one.saved_by_routing)),
    ("mean latency", lambda one: measured(one.latency, "{:.3f} s")),
    ("latency, p50", lambda one: ms(one.p50_latency_ms)),
    ("latency, p95", lambda one: ms(one.p95_latency_ms)),
    ("latency, p99", lambda one: ms(one.p99_latency_ms)),
)


def title(report: Report) -> str:
    return f"{TITLES[report.rhythm]} {report.name}"


def time(report: Report) -> str:
    """UTC days, and weeks by ISO 8601."""
    week = " Weeks begin on Monday (ISO 8601)." if report.rhythm == "weekly" else ""
    return (
        f"From {report.since:%Y-%m-%d %H:%M} on, before {report.until:%Y-%m-%d %H:%M} UTC, beside {report.before_name} "
        f"before it. Days are days by UTC.{week}"
    )


def summary(report: Report) -> Table:
    rows: Table = [("", report.name, report.before_name)]
    rows += [(name, shown(report.now), shown(report.before)) for name, shown in ROWS]
    return [*rows, ("cost of versions in the shadow", usd(report.cost_of_shadows), usd(report.cost_of_shadows_before))]


def cost(report: Report) -> Table:
    its = report.cost
    return [
        ("", "USD"),
        (report.name, f"{its.now:,.6f}"),
        (report.before_name, f"{its.before:,.6f}"),
        ("change", f"{its.difference:+,.6f}"),
        ("of it: more or fewer answers made, at the price before", f"{its.by_volume:+,.6f}"),
        ("of it: one costs more or less", f"{its.by_price:+,.6f}"),
    ]


def changes(report: Report) -> Table:
    head = ("", "of", report.before_name, report.name, "change", "interval", "")
    return [head, *(_change(one) for one in report.changes if one.now is not None or one.before is not None)]


def _change(one: Change) -> tuple[str, ...]:
    ends = NOTHING if one.low is None else f"{signed(one.metric, one.low)} to {signed(one.metric, one.high)}"
    return (
        IN_WORDS[one.metric],
        one.of or "all",
        amount(one.metric, one.before),
        amount(one.metric, one.now),
        NOTHING if one.difference is None else signed(one.metric, one.difference),
        ends,
        one.verdict.replace("_", " "),
    )


def parts(found: Sequence[Part], what: str) -> Table:
    if not found:
        return []
    head = (what, "answers", "before", "quality", "before", "failures", "USD", "before", "p95")
    return [head, *(_part(one) for one in found)]


def _part(one: Part) -> tuple[str, ...]:
    now, was = one.now, one.before
    return (
        one.name or "(none)",
        f"{now.uses:,}" if now else "0",
        f"{was.uses:,}" if was else "0",
        mean(now.quality if now else None),
        mean(was.quality if was else None),
        percent(now.error_rate if now else None),
        f"{now.cost:,.2f}" if now else "0.00",
        f"{was.cost:,.2f}" if was else "0.00",
        ms(now.p95_latency_ms if now else None),
    )


def alerts(found: Sequence[AlertThen]) -> Table:
    if not found:
        return []
    return [("subject", "severity", "opened", "closed", "what happened"), *(_alert(one) for one in found)]


def _alert(one: AlertThen) -> tuple[str, ...]:
    closed = f"{one.closed_at:%m-%d %H:%M}" if one.closed_at else "open"
    return one.subject, one.severity, f"{one.opened_at:%m-%d %H:%M}", closed, one.sentence


def experiments(found: Sequence[ExperimentThen]) -> Table:
    if not found:
        return []
    head = ("experiment", "task", "arms", "state", "verdict", "why")
    return [head, *(_experiment(one) for one in found)]


def _experiment(one: ExperimentThen) -> tuple[str, ...]:
    verdict = one.verdict.replace("_", " ") if one.ended_at else NOTHING
    won = f": {one.winner}" if one.winner else ""
    why = " ".join((*one.taken_back, *((one.why,) if one.why else ())))
    return f"{one.name} ({one.experiment_id})", one.task_type, "; ".join(one.arms), one.state, verdict + won, why


def templates(found: Sequence[PromptNumbers]) -> Table:
    if not found:
        return []
    head = ("template", "uses", "success", "quality", "USD of an answer", "p95")
    return [head, *(_template(one) for one in found)]


def _template(one: PromptNumbers) -> tuple[str, ...]:
    return (
        one.template,
        f"{one.total_uses:,}",
        mean(one.success),
        mean(one.weighted),
        measured(one.cost, "{:.6f}"),
        ms(one.p95_latency_ms),
    )


def best(found: Sequence[Best]) -> Table:
    if not found:
        return []
    head = ("task", "document type", "best", "why")
    return [
        head,
        *((one.task_type, one.document_type or "none named", one.best or "not known", one.why) for one in found),
    ]


def to_retire(found: Sequence[Suggestion]) -> Table:
    if not found:
        return []
    head = ("template", "reason", "why", "what to do")
    return [head, *((one.template, one.reason, one.why, one.what_to_do) for one in found)]


def mean(found: Mean | None) -> str:
    return NOTHING if found is None else f"{found.value:.3f} ({found.interval[0]:.3f} to {found.interval[1]:.3f})"


def measured(found: Measure | None, form: str) -> str:
    if found is None:
        return NOTHING
    if found.low is None or found.high is None:
        return form.format(found.value)
    return f"{form.format(found.value)} ({form.format(found.low)} to {form.format(found.high)})"


def percent(found: float | None) -> str:
    return NOTHING if found is None else f"{found:.2%}"


def number(found: float | None) -> str:
    return NOTHING if found is None else f"{found:.3f}"


def usd(found: float) -> str:
    return f"{found:,.6f} USD"


def ms(found: float | None) -> str:
    return NOTHING if found is None else f"{found:,.0f} ms"
