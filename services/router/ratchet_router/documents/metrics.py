"""What becomes of documents, for dashboards and alarms. No tenant and no document is named."""

from typing import Final, Literal

from prometheus_client import Gauge, Histogram

Ended = Literal["ready", "refused", "failed"]
DOCUMENTS: Final = Gauge("ratchet_documents", "Documents that wait for a worker or are at one", ("state",))
WAITED: Final = Gauge(
    "ratchet_documents_age_seconds", "Since the document fell due that waits longest for a worker", ("service",)
)
SECONDS: Final = Histogram(
    "ratchet_document_seconds",
    "Time from an upload until it can be searched, or is refused",
    ("outcome",),
    buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
)
for _outcome in ("ready", "refused", "failed"):
    SECONDS.labels(_outcome)  # there from the start: a rate sees no step that begins with one


def ended(outcome: Ended, seconds: float) -> None:
    SECONDS.labels(outcome).observe(max(0.0, seconds))
