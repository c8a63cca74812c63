"""One trace from the request over Kafka to the last consumer, as a collector gets it from the running product."""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ratchet_cli.stack.ports import free_ports
from tests.crash.processes import Victim
from tests.otlp import Collector, Spanned, collecting
from tests.patience import PATIENCE_S, SHORT_SESSION_MS
from tests.places import store_folder

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PRIVATE = "The margin of the third quarter is confidential."
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Traced:
    collector: Collector
    victim: Victim
    token: str

    def call(self, path: str, body: dict[str, Any], traceparent: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers["traceparent"] = traceparent
        request = urllib.request.Request(self.victim.url + path, json.dumps(body).encode(), headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  loopback
            return json.load(answer)

    def until(self, service: str, name: str, *, below: Spanned) -> Spanned:
        end = time.monotonic() + PATIENCE_S
        while True:
            for span in self.collector.of(below.trace):
                if (span.service, span.name, span.parent) == (service, name, below.id):
                    return span
            assert time.monotonic() < end, f"{service} recorded no {name!r} below {below}"
            time.sleep(0.1)

    def root(self, name: str, trace: str, caller: str) -> Spanned:
        outside = Spanned("the application", "its own", trace, caller, "", SERVER, {})
        service = "ratchet-feedback" if "feedback" in name else "ratchet-router"
        return self.until(service, name, below=outside)


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    with store_folder() as folder, collecting() as collector:
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "ratchet_cli", "up", "--port", str(port), "--data-dir", str(folder / "data")]
        its = {
            "LOG_LEVEL": "WARNING",
            "KAFKA_SESSION_TIMEOUT_MS": str(SHORT_SESSION_MS),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20secret",
            "FEEDBACK_RETRAIN_CORRECTIONS": "1",
        }
        victim = Victim("traced", command, port, its, Path(folder / "up.log"))
        victim.start()
        try:
            victim.wait_until_ready()
            yield Traced(collector, victim, (folder / "data" / "token").read_text().strip())
        finally:
            victim.stop()


@pytest.mark.slow
def test_one_trace_goes_from_the_request_to_the_last_consumer(traced: Traced) -> None:
    """The caller's own trace goes on: an answer and its event, what is said of it, the training due by that."""
    asked = {"task_type": "classification", "labels": ["request", "risk"], "document_text": PRIVATE}
    answer = traced.call("/api/generate", asked, f"00-{TRACE}-{CALLER}-01")
    request = traced.root("POST /api/generate", TRACE, CALLER)
    assert request.kind == SERVER
    assert request.said["ratchet.result_id"] == answer["result_id"]
    assert traced.until("ratchet-router", f"chat {answer['model']}", below=request).kind == CLIENT
    sent = traced.until("ratchet-router", "send predictions", below=request)
    assert sent.kind == PRODUCER
    for service in ("feedback", "trainer", "monitor"):
        handled = traced.until(f"ratchet-{service}", "process predictions", below=sent)
        assert handled.kind == CONSUMER
        assert handled.said["messaging.consumer.group.name"] == f"{service}.predictions"

    said = {"result_id": answer["result_id"], "rating": "negative", "comments": PRIVATE}
    said["corrections"] = {"label": "risk"}
    traced.call("/api/models/feedback", said, f"00-{TRACE}-{request.id}-01")
    word = traced.root("POST /api/models/feedback", TRACE, request.id)
    joined = traced.until("ratchet-feedback", "send feedback", below=word)
    for service in ("trainer", "monitor"):
        traced.until(f"ratchet-{service}", "process feedback", below=joined)
    due = traced.until("ratchet-feedback", "send retrain-triggers", below=word)
    last = traced.until("ratchet-trainer", "process retrain-triggers", below=due)
    traced.until("ratchet-trainer", "work on job", below=last)

    assert {span.trace for span in traced.collector.of(TRACE)} == {TRACE}
    assert all(headers["x-key"] == "a secret" for headers in traced.collector.headers)
    everything = b"".join(traced.collector.bodies)
    for private in (PRIVATE.encode(), b"margin", traced.token.encode()):
        assert private not in everything


@pytest.mark.slow
def test_a_caller_who_does_not_record_is_not_recorded(traced: Traced) -> None:
    asked = {"task_type": "classification", "labels": ["request", "risk"], "document_text": "Another text."}
    unrecorded = "0af7651916cd43dd8448eb211c80319c"
    traced.call("/api/generate", asked, f"00-{unrecorded}-{CALLER}-00")
    recorded = "0af7651916cd43dd8448eb211c80319d"
    traced.call("/api/generate", asked | {"document_text": "A third."}, f"00-{recorded}-{CALLER}-01")
    request = traced.root("POST /api/generate", recorded, CALLER)
    sent = traced.until("ratchet-router", "send predictions", below=request)
    traced.until("ratchet-monitor", "process predictions", below=sent)  # by then what went before it was there, too
    assert traced.collector.of(unrecorded) == []
