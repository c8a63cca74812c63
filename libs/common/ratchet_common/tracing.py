"""Spans of one service, with OpenTelemetry's names: of requests, of calls to models, of events out and events in.

Never what people wrote: no path, no query, no body, no key of an event (it may name a user). Times, sizes and names.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from aiokafka import ConsumerRecord
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

from ratchet_common import trace_context
from ratchet_common.trace_context import At, Batch, Headers

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"})
OTHER: Final = "_OTHER"  # a method that no standard knows; whoever calls may make up any number of them
NOWHERE: Final = Context()

Attributes = Mapping[str, AttributeValue]


def method_of(method: str) -> str:
    return method if method in METHODS else OTHER


class Tracing:
    """`close` ends it: what waits is sent, within bounds."""

    def __init__(self, tracer: Tracer, close: Callable[[], None]) -> None:
        self._tracer, self.close = tracer, close

    def request(self, method: str, headers: Mapping[bytes, bytes]) -> "Request":
        """Goes on with the trace of whoever asks, or begins one."""
        parent = trace_context.read(headers.get(b"traceparent", b""), headers.get(b"tracestate", b""))
        name = method_of(method)
        return Request(self._begun(name, SpanKind.SERVER, parent, {"http.request.method": name}))

    def sending(self, topic: str, key: bytes, headers: Headers | None) -> "Sending | None":
        """An event goes to Kafka: of the trace that its headers name, or of this one. None: of none."""
        parent = trace_context.of_headers(headers) if headers else None
        if parent is None:
            found = trace_context.here() or (_of(key))
            if found is None:
                return None
            if not found.context.trace_flags.sampled:  # nobody records it: it only says so to those that come after
                return Sending(At(found.context), headers or {})
            parent = found.context
        said = {**_messaging(topic), "messaging.operation.name": "send", "messaging.operation.type": "send"}
        return Sending(self._begun(f"send {topic}", SpanKind.PRODUCER, parent, said), headers or {})

    @contextmanager
    def processing(self, records: Sequence[ConsumerRecord], topic: str, group: str) -> Iterator[None]:
        """Each record has a span of its own, below the one that sent it; they last as long as the batch."""
        batch = self._batch(records, topic, group)
        token = trace_context.enter(batch)
        try:
            yield
        except BaseException as error:
            for at in batch.by_place.values():
                _failed(at.span, type(error).__name__)
            raise
        finally:
            trace_context.leave(token)
            for at in batch.by_place.values():
                if at.span is not None:
                    at.span.end()

    def _batch(self, records: Sequence[ConsumerRecord], topic: str, group: str) -> Batch:
        common = {
            **_messaging(topic),
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": group,
        }
        by_key: dict[bytes, At] = {}
        by_place: dict[tuple[int, int], At] = {}
        for record in records:
            parent = trace_context.of_record(record.headers)
            if parent is None:
                continue
            place = {
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
            }
            at = self._begun(f"process {topic}", SpanKind.CONSUMER, parent, common | place)
            by_place[record.partition, record.offset] = by_key[record.key or b""] = at
        return Batch(by_key, by_place, len(records))

    def _begun(self, name: str, kind: SpanKind, parent: SpanContext | None, said: Attributes) -> At:
        return begun(self._tracer, name, kind, parent, said)


def begun(tracer: Tracer, name: str, kind: SpanKind, parent: SpanContext | None, said: Attributes) -> At:
    """What the sampler leaves out has a place in the trace all the same, so that nobody after it records either."""
    around = set_span_in_context(NonRecordingSpan(parent), NOWHERE) if parent is not None else NOWHERE
    span = tracer.start_span(name, around, kind, said)
    recorded = span.is_recording()
    return At(span.get_span_context(), span if recorded else None, tracer if recorded else None)


@dataclass(frozen=True, slots=True)
class Sending:
    at: At
    given: Headers

    @property
    def headers(self) -> Headers:
        return self.given | self.at.headers()

    def end(self, error: BaseException | None) -> None:
        if self.at.span is not None:
            if error is not None:
                _failed(self.at.span, type(error).__name__)
            self.at.span.end()


class Request:
    """From when its head is there until its answer is out."""

    __slots__ = ("_at", "_token")

    def __init__(self, at: At) -> None:
        self._at, self._token = at, trace_context.enter(at)

    def end(self, method: str, route: str, status: int, ended: int = 0) -> None:
        """`route`: its pattern, since a path may hold what people wrote. `ended`: the status of what broke it off."""
        trace_context.leave(self._token)
        span = self._at.span
        if span is None:
            return
        span.update_name(f"{method_of(method)} {route}")
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        if (worst := max(status, ended)) >= 500:
            _failed(span, str(worst))
        span.end()


class Calling:
    """A call to a model, below the request that it is for. Nothing is recorded where that is not."""

    __slots__ = ("_span",)

    def __init__(self, operation: str, provider: str, model: str) -> None:
        at = trace_context.here()
        self._span: Span | None = None
        if at is not None and at.tracer is not None:
            said = {
                "gen_ai.operation.name": operation,
                "gen_ai.provider.name": provider,
                "gen_ai.request.model": model,
            }
            self._span = begun(at.tracer, f"{operation} {model}", SpanKind.CLIENT, at.context, said).span

    def end(self, *, error: str = "", read: int | None = None, written: int | None = None) -> None:
        """`read`, `written`: tokens, where they are known."""
        span = self._span
        if span is None:
            return
        if read is not None:
            span.set_attribute("gen_ai.usage.input_tokens", read)
        if written is not None:
            span.set_attribute("gen_ai.usage.output_tokens", written)
        if error:
            _failed(span, error)
        span.end()


class Working:
    """`with Working("train", …):` around work that belongs to the trace of this place."""

    def __init__(self, name: str, said: Attributes, tracing: Tracing | None, of: str | None) -> None:
        """`of`: the traceparent that its document kept."""
        parent = trace_context.read(of.encode()) if of and tracing else None
        self._at = tracing._begun(name, SpanKind.INTERNAL, parent, said) if tracing and parent else None

    def __enter__(self) -> Self:
        self._token = trace_context.enter(self._at) if self._at else None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            trace_context.leave(self._token)
        if self._at is not None and self._at.span is not None:
            if kind is not None:
                _failed(self._at.span, kind.__name__)
            self._at.span.end()


def buried(record: ConsumerRecord, reason: str) -> None:
    """`reason`: a kind, never what the event holds."""
    batch = trace_context.batch()
    if batch is not None and (at := batch.by_place.get((record.partition, record.offset))) is not None:
        _failed(at.span, reason)


def note(name: str, value: AttributeValue) -> None:
    """On the span of the request under way."""
    at = trace_context.here()
    if at is not None and at.span is not None:
        at.span.set_attribute(name, value)


def _of(key: bytes) -> At | None:
    batch = trace_context.batch()
    return batch.of(key) if batch is not None else None


def _messaging(topic: str) -> dict[str, AttributeValue]:
    return {"messaging.system": "kafka", "messaging.destination.name": topic}


def _failed(span: Span | None, kind: str) -> None:
    if span is not None:
        span.set_attribute("error.type", kind)
        span.set_status(StatusCode.ERROR)
