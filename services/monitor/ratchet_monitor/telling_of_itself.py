"""What the monitor looks up for a scrape: alerts that are open, and what was marked and is yet to be built."""

from collections.abc import Mapping
from typing import Final, Protocol, get_args

from prometheus_client import Gauge

from ratchet_common.measures import Found
from ratchet_common.telemetry import WAITING
from ratchet_monitor.alerts.condition import Severity

OPEN: Final = Gauge("ratchet_alerts_open", "Alerts of the product itself that are open, of all tenants", ("severity",))


class Alerts(Protocol):
    async def open_by_severity(self) -> Mapping[str, int]: ...


class Marked(Protocol):
    async def count(self) -> int: ...


async def open_alerts(alerts: Alerts) -> Found:
    counts = await alerts.open_by_severity()
    return [(OPEN, (severity,), float(counts.get(severity, 0))) for severity in get_args(Severity)]


async def marked(what: str, marks: Marked) -> Found:
    return [(WAITING, ("monitor", what), float(await marks.count()))]
