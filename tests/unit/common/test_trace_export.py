"""Spans over the wire: to a collector that is there, and past one that is not."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanContext

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import CommonSettings, load
from ratchet_common.span_delivery import Delivery
from ratchet_common.trace_export import LAST_S, WAITING, tracing_of
from ratchet_common.tracing import Tracing
from tests.otlp import collecting
from tests.patience import PATIENCE_S


def settings(url: str, **how: Any) -> CommonSettings:
    needed: dict[str, Any] = {"kafka_bootstrap_servers": "k:9", "mongodb_url": "m", "tokens_file": Path("t")}
    return CommonSettings(**needed, otel_exporter_otlp_endpoint=url, **how)


def made(tracing: Tracing, count: int) -> None:
    for _ in range(count):
        tracing.request("GET", {}).end("GET", "/x", 200)


def test_it_is_off_unless_an_endpoint_is_set() -> None:
    assert tracing_of("router", settings("")) is None
    assert tracing_of("router", settings("http://127.0.0.1:9", otel_sdk_disabled=True)) is None


def test_what_was_begun_is_there_after_the_end() -> None:
    with collecting() as collector:
        tracing = tracing_of("router", settings(collector.url + "/"))
        assert tracing is not None
        made(tracing, 3)
        tracing.close()
        assert [(span.service, span.name) for span in collector.spans] == [("ratchet-router", "GET /x")] * 3


@pytest.mark.parametrize("sampler", ["always_off", "parentbased_always_off", "traceidratio"])
def test_a_sampler_keeps_its_share(sampler: str) -> None:
    with collecting() as collector:
        tracing = tracing_of(
            "router", settings(collector.url, otel_traces_sampler=sampler, otel_traces_sampler_arg=0.0)
        )
        assert tracing is not None
        made(tracing, 50)
        tracing.close()
        assert collector.spans == []


def test_a_collector_that_is_away_holds_up_nothing() -> None:
    """It takes connections and never answers: the worst kind. What waits for it is bounded, and so is the end."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tracing = tracing_of("router", settings(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        assert tracing is not None
        made(tracing, 3 * WAITING)
        (processor,) = tracing._tracer.span_processor._span_processors  # type: ignore[attr-defined]
        assert len(processor._batch_processor._queue) <= WAITING
        began = time.monotonic()
        tracing.close()
        assert time.monotonic() - began < 10 * LAST_S  # not the minutes that its retries would take
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and ("Otel" in thread.name or thread.name == "last spans"):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()  # it gave up


def test_headers_that_cannot_be_read_stop_the_start_and_are_not_shown() -> None:
    with pytest.raises(CannotStartError, match="OTEL_EXPORTER_OTLP_HEADERS is wrong") as error:
        tracing_of("router", settings("http://127.0.0.1:9", otel_exporter_otlp_headers="hidden"))
    assert "hidden" not in str(error.value)


def test_another_protocol_or_no_url_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URL", "TOKENS_FILE"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(CannotStartError, match="OTEL_EXPORTER_OTLP_PROTOCOL"):
        load(CommonSettings)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_PROTOCOL")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(CannotStartError, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        load(CommonSettings)


def test_others_of_the_standard_are_no_misspelled_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URL", "TOKENS_FILE"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    assert load(CommonSettings).otel_exporter_otlp_endpoint == ""


def set_up(monkeypatch: pytest.MonkeyPatch, **otel: str) -> CommonSettings:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URL", "TOKENS_FILE"):
        monkeypatch.setenv(name, "x")
    for name, value in otel.items():
        monkeypatch.setenv(f"OTEL_{name}", value)
    return load(CommonSettings)


FOR_OTHERS = {"EXPORTER_OTLP_PROTOCOL": "grpc", "TRACES_SAMPLER": "jaeger_remote", "TRACES_SAMPLER_ARG": "endpoint=x"}
HERE = {"EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    "off", [{}, {"EXPORTER_OTLP_ENDPOINT": ""}, {"SDK_DISABLED": "true", "EXPORTER_OTLP_ENDPOINT": "collector:4317"}]
)
def test_what_is_set_for_others_stops_no_start_while_tracing_is_off(
    monkeypatch: pytest.MonkeyPatch, off: dict[str, str]
) -> None:
    assert tracing_of("router", set_up(monkeypatch, **FOR_OTHERS, **off)) is None


@pytest.mark.parametrize("name", ["EXPORTER_OTLP_PROTOCOL", "TRACES_SAMPLER"])
def test_the_same_is_said_in_a_sentence_where_it_is_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(CannotStartError, match=rf"^The setting OTEL_{name} is wrong: input should be .+\.$"):
        set_up(monkeypatch, **HERE, **{name: FOR_OTHERS[name]})


def test_a_share_is_read_by_samplers_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    its = set_up(monkeypatch, **HERE, TRACES_SAMPLER="always_on", TRACES_SAMPLER_ARG="endpoint=x")
    assert its.otel_traces_sampler == "always_on"
    assert set_up(monkeypatch, TRACES_SAMPLER="", TRACES_SAMPLER_ARG="").otel_traces_sampler == "parentbased_always_on"
    with pytest.raises(CannotStartError, match="OTEL_TRACES_SAMPLER_ARG is wrong"):
        set_up(monkeypatch, TRACES_SAMPLER="traceidratio", TRACES_SAMPLER_ARG="1.5")


def test_a_variable_that_the_library_reads_itself_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    its = set_up(monkeypatch, **HERE, SPAN_ATTRIBUTE_COUNT_LIMIT="many")
    with pytest.raises(CannotStartError, match="OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"):
        tracing_of("router", its)


def test_a_collector_that_goes_and_comes_back_is_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/private-key"
    gone = an_exporter(url)
    delivery = Delivery("router", gone)
    for _ in range(2):
        assert delivery.export(SPANS) is SpanExportResult.FAILURE
    with collecting() as collector:
        there = an_exporter(collector.url)
        delivery._exporter = there
        for _ in range(2):
            assert delivery.export(SPANS) is SpanExportResult.SUCCESS
    lines = [record.getMessage() for record in caplog.records if record.name.startswith(("opentelemetry", "ratchet"))]
    assert [line.partition(" of router")[0] for line in lines] == [
        "The collector of traces takes no spans",
        "The collector of traces takes the spans",
    ]
    assert "ConnectionError" in lines[0]
    assert "private-key" not in caplog.text
    for exporter in (gone, there):
        exporter.shutdown()  # type: ignore[no-untyped-call]


def an_exporter(url: str) -> OTLPSpanExporter:
    return OTLPSpanExporter(endpoint=f"{url}/v1/traces", timeout=1.5)  # enough for a second try: the first says why


SPANS = (ReadableSpan("GET /x", SpanContext(1, 1, is_remote=False)),)
