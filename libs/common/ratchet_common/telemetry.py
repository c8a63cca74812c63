"""Metrics and logs. Neither ever carries what people wrote: labels are names from closed sets."""

import atexit
import logging

from prometheus_client import Counter, Gauge, Histogram

from ratchet_common import request_log

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
EVENTS_HANDLED = Counter("ratchet_events_handled", "Events that a group has handled", ("topic", "group"))
EVENTS_BURIED = Counter("ratchet_events_buried", "Events sent to the dead letters", ("topic", "group"))
EVENTS_RELAYED = Counter("ratchet_events_relayed", "Events that a relay has sent from an outbox", ("service",))
EVENTS_PARKED = Counter("ratchet_events_parked", "Events too large for the bus, kept in their outbox", ("collection",))
LOOP_FAILURES = Counter("ratchet_loop_failures", "Failed rounds of background loops", ("service", "loop"))
WAITING = Gauge("ratchet_waiting", "Things that wait: pending feedback, marked hours, …", ("service", "what"))
LAG = Gauge(
    "ratchet_consumer_lag_events", "Events of this replica's partitions that are not committed", ("topic", "group")
)
OUTBOX_WAITING = Gauge(
    "ratchet_outbox_waiting", "Documents with events that are yet to be sent", ("service", "collection")
)
OUTBOX_AGE = Gauge(
    "ratchet_outbox_age_seconds", "Since the oldest event that is yet to be sent was written", ("service", "collection")
)
DEAD_LETTERS = Gauge("ratchet_dead_letters", "Dead letters in the store, of all topics, kept for a month", ("service",))
UNMEASURED = Counter(
    "ratchet_measure_failures", "Looks for a scrape that failed: what they measure is missing", ("service", "measure")
)
SENT_SECONDS = Histogram(
    "messaging_client_operation_duration_seconds",
    "Time until Kafka has acknowledged an event",
    ("messaging_operation_name", "messaging_destination_name", "error_type"),
    buckets=QUICK,
)
PROCESS_SECONDS = Histogram(
    "messaging_process_duration_seconds",
    "Time to handle a batch of events",
    ("messaging_consumer_group_name", "messaging_destination_name", "error_type"),
    buckets=(*QUICK, 120, 600),
)
HTTP_SECONDS = Histogram(
    "http_server_request_duration_seconds",
    "Time to answer a request, to the end of its body",
    ("service", "http_request_method", "http_route", "http_response_status_code", "error_type"),
    buckets=(*QUICK, 120),
)


def configure_logging(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _bare(request_log.log)
    atexit.register(request_log.flush)
    for chatty in ("aiokafka", "httpx", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _bare(log: logging.Logger) -> None:
    """Its lines are JSON: nothing stands before them."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.handlers, log.propagate = [handler], False
