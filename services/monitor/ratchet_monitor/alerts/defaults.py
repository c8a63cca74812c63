"""The rules that every tenant begins with. One of the same name that a tenant writes itself takes a default's place."""

from collections.abc import Iterable
from typing import Final

from ratchet_monitor.alerts.rules import Objective, Rule

DAY: Final = 24 * 60

DEFAULTS: Final = (
    Rule(
        rule_id="answers-fail",
        metric="burn_rate",
        by=("task",),
        objective=Objective(indicator="answered", target=0.99),
        description="Look at the providers' health and at the last change of traffic.",
    ),
    Rule(
        rule_id="model-fails",
        metric="error_rate",
        by=("model",),
        threshold=0.25,
        window_minutes=15,
        for_minutes=5,
        severity="warning",
        group="answers-fail",
        description="Others answer in its place where the catalogue has some: look at its provider.",
    ),
    Rule(
        rule_id="answers-are-slow",
        metric="burn_rate",
        by=("task",),
        objective=Objective(indicator="in_time", target=0.95, latency_ms=30_000),
        description="Look at p95 by model, and at the lengths of what is asked.",
    ),
    Rule(
        rule_id="wrong-format",
        metric="format_error_rate",
        by=("task", "template"),
        threshold=0.1,
        window_minutes=360,
        for_minutes=15,
        at_least=50,
        description="Compare the template's versions, and the models that fill it.",
    ),
    Rule(
        rule_id="people-dislike-it",
        metric="negative_share",
        by=("task",),
        threshold=0.2,
        window_minutes=7 * DAY,
        for_minutes=60,
        clear_minutes=60,
        at_least=30,
        description="Read the issues that people name: GET /api/models/feedback/improvements.",
    ),
    Rule(
        rule_id="few-give-feedback",
        metric="feedback_rate",
        by=("task",),
        comparison="below",
        threshold=0.01,
        window_minutes=7 * DAY,
        for_minutes=60,
        clear_minutes=60,
        at_least=500,
        severity="info",
        description="Without feedback nothing is learned or noticed: look at how the page asks for it.",
    ),
    Rule(
        rule_id="spending-jumps",
        metric="cost_per_answer_usd",
        by=("task",),
        threshold=1.0,
        window_minutes=60,
        for_minutes=15,
        description="Look at which model answers, and at how long the documents are.",
    ),
)
DEFAULT_NAMES: Final = frozenset(rule.rule_id for rule in DEFAULTS)


def with_defaults(own: Iterable[Rule], *, defaults: bool) -> list[Rule]:
    """By name."""
    named = {rule.rule_id: rule for rule in DEFAULTS} if defaults else {}
    named |= {rule.rule_id: rule for rule in own}
    return [named[name] for name in sorted(named)]
