"""What becomes of reports, for dashboards and alarms. No tenant and no report is named."""

from typing import Final, Literal

from prometheus_client import Gauge, Histogram

REPORTS: Final = Gauge("ratchet_reports", "Reports that wait for a worker or are at one", ("state",))
WAITED: Final = Gauge(
    "ratchet_reports_age_seconds", "Since the report fell due that waits longest for a worker", ("service",)
)
SECONDS: Final = Histogram(
    "ratchet_report_seconds",
    "Time from the request for a report until it is ready, or has failed",
    ("outcome",),
    buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
)
for _outcome in ("ready", "failed"):
    SECONDS.labels(_outcome)  # there from the start: a rate sees no step that begins with one


def ended(outcome: Literal["ready", "failed"], seconds: float) -> None:
    SECONDS.labels(outcome).observe(max(0.0, seconds))
