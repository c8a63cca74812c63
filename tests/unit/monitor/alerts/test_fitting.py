"""What could never do what it says is refused, by its field."""

from typing import Any

import pytest

from ratchet_monitor.alerts.defaults import DEFAULTS
from ratchet_monitor.alerts.fitting import unfit, unfit_labels
from ratchet_monitor.alerts.rules import RuleBody

BURNING: dict[str, Any] = {"metric": "burn_rate", "objective": {}}
SHORT_IS_LONG = {"factor": 2, "long_minutes": 30, "short_minutes": 30, "severity": "info"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"metric": "error_rate", "threshold": 25}, "threshold"),
        ({"metric": "error_rate", "threshold": -0.1}, "threshold"),
        ({"metric": "accuracy", "threshold": 1.0}, "threshold"),
        ({"metric": "accuracy", "comparison": "below"}, "threshold"),
        ({"metric": "latency_p95_ms", "comparison": "below", "threshold": 0}, "threshold"),
        ({"metric": "answers", "comparison": "below", "threshold": 10}, "at_least"),
        ({"metric": "answers", "comparison": "below", "threshold": 20}, "at_least"),
        (BURNING | {"comparison": "below"}, "comparison"),
        (BURNING | {"threshold": 0.1}, "threshold"),
        (BURNING | {"window_minutes": 30}, "window_minutes"),
        (BURNING | {"severity": "critical"}, "severity"),
        (BURNING | {"objective": {"pairs": [SHORT_IS_LONG]}}, "objective.pairs.0.long_minutes"),
        (BURNING | {"objective": {"target": 0.5, "pairs": [SHORT_IS_LONG | {"long_minutes": 60}]}}, "objective.pairs"),
    ],
)
def test_what_can_never_fire_or_is_ignored_is_named(said: dict[str, Any], field: str) -> None:
    found = unfit(RuleBody.model_validate(said))
    assert found is not None
    assert (found.field, found.why[-1]) == (field, ".")


@pytest.mark.parametrize(
    "said",
    [
        {"metric": "error_rate", "threshold": 0},
        {"metric": "accuracy", "comparison": "below", "threshold": 1},
        {"metric": "answers", "comparison": "below", "threshold": 10, "at_least": 0},
        {"metric": "answers", "comparison": "below", "threshold": 21},
        {"metric": "latency_p95_ms", "threshold": 5000},
        BURNING,
        BURNING | {"objective": {"target": 0.9}},
    ],
)
def test_what_can_fire_is_fit(said: dict[str, Any]) -> None:
    assert unfit(RuleBody.model_validate(said)) is None


def test_every_default_is_fit() -> None:
    assert [rule.rule_id for rule in DEFAULTS if unfit(rule)] == []


def test_a_label_that_no_alert_has_silences_nothing() -> None:
    assert unfit_labels(["task", "rule", "budget", "subject"]) is None
    found = unfit_labels(["task", "tsk"])
    assert found is not None
    assert "the label tsk" in found.why
