"""Spans: whose child each is, what they say, and what they never say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import ConsumerRecord
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode

from ratchet_common import trace_context
from ratchet_common.errors import RetryLaterError
from ratchet_common.trace_context import TRACEPARENT
from ratchet_common.tracing import Calling, Tracing, Working, buried, note

CALLER = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


@dataclass
class Rig:
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.provider = TracerProvider(ParentBased(ALWAYS_ON), shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.kept))
        self.tracing = Tracing(self.provider.get_tracer("test"), self.provider.shutdown)

    def named(self, name: str) -> ReadableSpan:
        (found,) = [span for span in self.kept.spans if span.name == name]
        return found

    def parent_of(self, name: str) -> int:
        parent = self.named(name).parent
        assert parent is not None
        return parent.span_id


@pytest.fixture
def rig() -> Iterator[Rig]:
    yield Rig()
    assert trace_context.here() is None  # nothing goes on after its end
    assert trace_context.batch() is None


def id_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def record(offset: int, key: bytes, traceparent: bytes | None) -> ConsumerRecord:
    headers = [(TRACEPARENT, traceparent)] if traceparent else []
    return ConsumerRecord("predictions", 0, offset, 0, 0, key, b"{}", 0, 1, 2, headers)


def test_a_request_goes_on_with_its_callers_trace(rig: Rig) -> None:
    request = rig.tracing.request("POST", {b"traceparent": CALLER + b"01"})
    note("ratchet.result_id", "r1")
    request.end("POST", "/api/generate", 200)
    span = rig.named("POST /api/generate")
    assert span.context is not None
    assert span.context.trace_id == 0x4BF92F3577B34DA6A3CE929D0E0E4736
    assert rig.parent_of("POST /api/generate") == 0x00F067AA0BA902B7
    assert span.kind is SpanKind.SERVER
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/api/generate",
        "http.response.status_code": 200,
        "ratchet.result_id": "r1",
    }


def test_a_request_that_names_no_trace_begins_one_and_a_failure_is_an_error(rig: Rig) -> None:
    rig.tracing.request("made up by the caller", {}).end("made up by the caller", "unmatched", 503)
    span = rig.named("_OTHER unmatched")
    assert span.parent is None
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "503"


def test_a_caller_who_does_not_record_is_followed_and_still_told_of_to_others(rig: Rig) -> None:
    request = rig.tracing.request("GET", {b"traceparent": CALLER + b"00"})
    Calling("chat", "up", "m").end()
    sending = rig.tracing.sending("predictions", b"acme:1", None)
    assert sending is not None
    assert sending.headers[TRACEPARENT].startswith(CALLER[: len("00-4bf92f3577b34da6a3ce929d0e0e4736-")])
    assert sending.headers[TRACEPARENT].endswith(b"-00")
    sending.end(None)
    request.end("GET", "/x", 200)
    assert rig.kept.spans == []


def test_a_call_and_an_event_lie_below_their_request(rig: Rig) -> None:
    request = rig.tracing.request("POST", {})
    calling = Calling("chat", "openai", "gpt-x")
    calling.end(read=12, written=3)
    Calling("chat", "openai", "gpt-y").end(error="timeout")
    sending = rig.tracing.sending("predictions", b"acme:1", {"other": b"1"})
    assert sending is not None
    sending.end(None)
    request.end("POST", "/api/generate", 200)
    of_request = id_of(rig.named("POST /api/generate"))
    assert {rig.parent_of(name) for name in ("chat gpt-x", "chat gpt-y", "send predictions")} == {of_request}
    assert dict(rig.named("chat gpt-x").attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 3,
    }
    assert (rig.named("chat gpt-y").attributes or {})["error.type"] == "timeout"
    sent = rig.named("send predictions")
    assert sent.kind is SpanKind.PRODUCER
    assert sending.headers.keys() == {"other", TRACEPARENT}
    assert f"{id_of(sent):016x}".encode() in sending.headers[TRACEPARENT]
    assert b"acme" not in repr(sent.attributes).encode()  # a key may name a user


def test_outside_of_a_trace_nothing_is_recorded(rig: Rig) -> None:
    Calling("chat", "up", "m").end()
    assert rig.tracing.sending("predictions", b"acme:1", None) is None
    with rig.tracing.processing([record(1, b"a", None)], "predictions", "monitor.predictions"):
        pass
    with Working("work on job", {}, rig.tracing, None):
        pass
    assert rig.kept.spans == []


def test_an_event_of_an_outbox_lies_below_what_wrote_it(rig: Rig) -> None:
    sending = rig.tracing.sending("feedback", b"acme:1", {TRACEPARENT: CALLER + b"01"})
    assert sending is not None
    sending.end(RetryLaterError("away"))
    assert rig.parent_of("send feedback") == 0x00F067AA0BA902B7
    assert (rig.named("send feedback").attributes or {})["error.type"] == "RetryLaterError"


def test_each_event_of_a_batch_is_processed_in_its_own_trace(rig: Rig) -> None:
    records = [record(n, f"acme:{n}".encode(), f"00-{n:032x}-{n:016x}-01".encode()) for n in (1, 2)]
    with rig.tracing.processing([*records, record(3, b"acme:3", None)], "predictions", "feedback.predictions"):
        sending = rig.tracing.sending("feedback", b"acme:2", None)
        assert sending is not None
        sending.end(None)
        buried(records[0], "DecodeError at $.tenant")
    first, second = (span for span in rig.kept.spans if span.name == "process predictions")
    assert first.context is not None
    assert second.context is not None
    assert (first.context.trace_id, second.context.trace_id) == (1, 2)
    assert rig.parent_of("send feedback") == id_of(second)
    assert first.status.status_code is StatusCode.ERROR
    assert (first.attributes or {})["error.type"] == "DecodeError at $.tenant"
    assert dict(second.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.destination.name": "predictions",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": "feedback.predictions",
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": 2,
    }


def test_a_batch_that_failed_says_so_on_all_its_events(rig: Rig) -> None:
    records = [record(n, b"k", f"00-{n:032x}-{n:016x}-01".encode()) for n in (1, 2)]
    with (
        pytest.raises(RetryLaterError),
        rig.tracing.processing(records, "predictions", "monitor.predictions"),
    ):
        raise RetryLaterError("the store is away, said with what people wrote")
    assert [(span.attributes or {})["error.type"] for span in rig.kept.spans] == ["RetryLaterError"] * 2
    assert "people" not in "".join(span.to_json() for span in rig.kept.spans)


def test_work_goes_on_in_the_trace_that_its_document_kept(rig: Rig) -> None:
    with Working("work on job", {"ratchet.job_id": "j1"}, rig.tracing, (CALLER + b"01").decode()):
        kept = trace_context.kept(b"")
    assert rig.parent_of("work on job") == 0x00F067AA0BA902B7
    assert kept == f"00-4bf92f3577b34da6a3ce929d0e0e4736-{id_of(rig.named('work on job')):016x}-01"


def test_a_share_of_the_traces_is_kept_whole() -> None:
    rig = Rig()
    rig.provider = TracerProvider(ParentBased(TraceIdRatioBased(0.25)), shutdown_on_exit=False)
    rig.provider.add_span_processor(SimpleSpanProcessor(rig.kept))
    rig.tracing = Tracing(rig.provider.get_tracer("test"), rig.provider.shutdown)
    for _ in range(400):
        request = rig.tracing.request("POST", {})
        Calling("chat", "up", "m").end()
        request.end("POST", "/x", 200)
    servers = [id_of(span) for span in rig.kept.spans if span.kind is SpanKind.SERVER]
    below = [span.parent.span_id for span in rig.kept.spans if span.parent is not None]
    assert sorted(servers) == sorted(below)  # a request with its call, or neither
    assert 40 < len(servers) < 160
