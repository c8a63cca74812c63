"""Metrics: named as the field names them, bounded, and described on one page as they are."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from tests.contract.metrics import Metric, exported

PAGE = Path(__file__).parents[2] / "docs" / "telemetry.md"
NAME = re.compile(r"(ratchet|http_server|gen_ai_client|messaging)(_[a-z]+)+")
# Each is a name out of a closed set. Of a tenant, a user, a document, a session or a result there is none.
LABELS = {
    "cached", "collection", "direction", "error_type", "gen_ai_operation_name", "gen_ai_provider_name",
    "gen_ai_request_model", "group", "http_request_method", "http_response_status_code", "http_route", "kind", "loop",
    "measure", "messaging_consumer_group_name", "messaging_destination_name", "messaging_operation_name", "model",
    "outcome", "period", "platform", "price", "provider", "rating", "service", "severity", "signal", "state", "subject",
    "task", "topic", "way", "what", "why",
}  # fmt: skip


def documented() -> list[str]:
    return [line for line in PAGE.read_text().splitlines() if line.startswith("| `") and line.count("|") == 7]


def row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "-"
    return f"| `{metric.name}` | {metric.type} | {labels} | {metric.unit or '-'} | {metric.of} | {metric.meaning} |"


def test_the_page_lists_every_metric_as_it_is() -> None:
    assert sorted(documented()) == sorted(row(metric) for metric in exported().values())


@pytest.mark.parametrize("metric", exported().values(), ids=lambda metric: metric.name)
def test_names_and_labels_are_those_of_the_field(metric: Metric) -> None:
    assert NAME.fullmatch(metric.name)
    assert metric.name.endswith("_total") == (metric.type == "counter")
    if metric.type == "histogram":
        assert metric.name.endswith("_seconds")
    assert set(metric.labels) <= LABELS
    assert metric.meaning.strip()


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("ratchet_alert_deliveries_total", {"kind": "webhook", "outcome": "failed"}),
        ("ratchet_alert_deliveries_total", {"kind": "email", "outcome": "failed"}),
        ("ratchet_alert_deliveries_total", {"kind": "slack", "outcome": "failed"}),
        ("ratchet_limits_refused_total", {"subject": "tenant", "measure": "cost", "period": "month"}),
        ("ratchet_limits_refused_total", {"subject": "user", "measure": "tokens", "period": "minute"}),
        ("ratchet_predictions_recorded_total", {"way": "nobody"}),
    ],
)
def test_what_an_alarm_waits_for_is_there_before_it_happens(name: str, labels: dict[str, str]) -> None:
    """A counter that is born with its first event shows no rise: `increase` never sees that event."""
    assert exported()
    assert REGISTRY.get_sample_value(name, labels) is not None
