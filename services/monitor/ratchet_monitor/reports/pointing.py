"""What a person should look at, in sentences, the gravest first. Only what is sure is called a change. Pure."""

from collections.abc import Sequence
from typing import Final

from ratchet_monitor.prompts.retiring import Suggestion
from ratchet_monitor.reports.changes import Change, CostChange
from ratchet_monitor.reports.happenings import AlertThen, ExperimentThen
from ratchet_monitor.reports.measures import Measures

MOST: Final = 5  # sentences of each kind
IN_WORDS: Final = {
    "quality": "quality",
    "error_rate": "share of failures",
    "avg_cost": "cost of an answer",
    "avg_latency": "mean latency",
}


def points(
    now: Measures,
    before: Measures,
    cost: CostChange,
    changes: Sequence[Change],
    alerts: Sequence[AlertThen],
    experiments: Sequence[ExperimentThen],
    to_retire: Sequence[Suggestion],
) -> list[str]:
    worse = [one for one in changes if one.verdict == "worse"]
    better = [one for one in changes if one.verdict == "better"]
    verdicts = [one for one in experiments if one.ended_at is not None]
    return [
        *_some([f"{one.severity}, open: {one.sentence}" for one in alerts if one.state == "open"], "more are open"),
        *_some([_changed(one) for one in worse], "more got worse"),
        *_some([_changed(one) for one in better], "more got better"),
        *_some([_ended(one) for one in verdicts], "more experiments ended"),
        *_some(
            [f"{_named(one)}: {told}" for one in experiments for told in one.taken_back], "more arms were taken back"
        ),
        *_some([f"{one.template} can go: {one.why}" for one in to_retire], "more templates can go"),
        _volume(now, before),
        _money(cost),
        *([] if worse or better else ["No change of quality, failures, cost of an answer or latency is sure."]),
    ]


def _some(sentences: Sequence[str], more: str) -> list[str]:
    left = len(sentences) - MOST
    return [*sentences[:MOST], *([f"{left} {more}."] if left > 0 else [])]


def _changed(one: Change) -> str:
    whose = f" of {one.of}" if one.of else ""
    return (
        f"The {IN_WORDS[one.metric]}{whose} is {one.verdict}: {amount(one.metric, one.before)} before, "
        f"{amount(one.metric, one.now)} now ({signed(one.metric, one.difference)}, between "
        f"{signed(one.metric, one.low)} and {signed(one.metric, one.high)})."
    )


def _ended(one: ExperimentThen) -> str:
    verdict = {"advance": f"{one.winner} won", "roll_back": "taken back", "hold": one.state}[one.verdict]
    return f"{_named(one)}: {verdict}. {one.why}".rstrip()


def _named(one: ExperimentThen) -> str:
    return f"{one.task_type}, {one.name} ({one.experiment_id})"


def _volume(now: Measures, before: Measures) -> str:
    against = f"after {before.uses:,} before" + (f" ({now.uses / before.uses - 1:+.0%})" if before.uses else "")
    return f"{now.uses:,} answers, {against}; {now.cached:,} of them out of the cache."


def _money(cost: CostChange) -> str:
    if not (cost.now or cost.before):
        return "Nothing was spent."
    digits = 2 if max(cost.now, cost.before) >= 1 else 6
    now, before = (f"{usd:,.{digits}f}" for usd in (cost.now, cost.before))
    change, volume, price = (f"{usd:+,.{digits}f}" for usd in (cost.difference, cost.by_volume, cost.by_price))
    why = f"{change}: {volume} by how many were made, {price} by what one costs"
    return f"{now} USD spent, after {before} before ({why})."


def amount(metric: str, value: float | None) -> str:
    if value is None:
        return "unknown"
    return {
        "quality": f"{value:.3f}",
        "error_rate": f"{value:.2%}",
        "avg_cost": f"{value:.6f} USD",
        "avg_latency": f"{value * 1000:,.0f} ms",
    }[metric]


def signed(metric: str, value: float | None) -> str:
    return amount(metric, value) if value is None or value < 0 else f"+{amount(metric, value)}"
