"""What the monitor looks up for a scrape: alerts that are open, rules that are late, and what is yet to be built."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol, get_args

from prometheus_client import Gauge

from ratchet_common.measures import Found
from ratchet_common.telemetry import WAITING
from ratchet_monitor.alerts.condition import Severity

OPEN: Final = Gauge("ratchet_alerts_open", "Alerts of the product itself that are open, of all tenants", ("severity",))

LATE: Final = Gauge(
    "ratchet_alert_rules_late_seconds",
    "How long the tenant that waits longest for its rules has been due",
    ("service",),
)


class Alerts(Protocol):
    async def open_by_severity(self) -> Mapping[str, int]: ...


class Watched(Protocol):
    async def late_by(self, now: datetime) -> timedelta: ...


class Marked(Protocol):
    async def count(self) -> int: ...


async def open_alerts(alerts: Alerts) -> Found:
    counts = await alerts.open_by_severity()
    return [(OPEN, (severity,), float(counts.get(severity, 0))) for severity in get_args(Severity)]


async def late_rules(watched: Watched, now: Callable[[], datetime]) -> Found:
    """The same in each replica: also in one that looks at nobody."""
    return [(LATE, ("monitor",), (await watched.late_by(now())).total_seconds())]


async def marked(what: str, marks: Marked) -> Found:
    return [(WAITING, ("monitor", what), float(await marks.count()))]
