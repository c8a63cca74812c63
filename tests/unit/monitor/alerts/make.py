"""Conditions, rules and sums to test with; what a test does not name is ordinary."""

from datetime import datetime, timedelta
from typing import Any

from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import told
from ratchet_monitor.alerts.condition import Condition
from ratchet_monitor.alerts.receivers import Receiver
from ratchet_monitor.alerts.silences import Silence
from ratchet_monitor.alerts.windows import Slice
from ratchet_monitor.buckets import Tally
from ratchet_monitor.histogram import bin_of
from tests.unit.monitor.make import NOW

FIVE = timedelta(minutes=5)


def condition(*, holds: bool = True, at: datetime = NOW, **changes: Any) -> Condition:
    ordinary: dict[str, Any] = {
        "tenant": "acme",
        "source": "rule:slow",
        "subject": "latency, task qa",
        "kind": "rule",
        "severity": "warning",
        "sentence": "It is slow.",
        "numbers": {"value": 2.0},
        "labels": {"task": "qa", "model": "small"},
        "clear_for": FIVE,
    }
    return Condition(holds=holds, at=at, **ordinary | changes)


def opened(**changes: Any) -> Alert:
    then = told(None, condition(**changes))
    assert then is not None
    return then[0]


def receiver(name: str = "pager", **changes: Any) -> Receiver:
    ordinary = {"receiver_id": name, "kind": "webhook", "url": "https://example.org/hook", "secret": "s"}
    return Receiver.model_validate(ordinary | changes)


def silence(*, until: datetime, **match: str) -> Silence:
    return Silence(silence_id="s-1", match=match, starts_at=NOW, until=until, who="ann", why="planned")


def of(task: str = "qa", model: str = "small", *, cached: bool = False) -> Slice:
    return Slice(task, model, "base", "qa_with_context", "email", cached)


def tally(n: int, *, failed: int = 0, ms: float = 100, **changes: Any) -> Tally:
    answered = n - failed
    us = round(ms * 1000)
    times = {bin_of(us): answered}
    return Tally(predictions=n, failed=failed, answered=answered, latency=answered * us, latencies=times, **changes)
