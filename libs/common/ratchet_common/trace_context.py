"""Where in a trace this is: W3C trace context, as it travels in HTTP, in the headers of events and in documents.

Where nothing is traced, which is the default, all that happens here is one look at a context variable.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Final

from opentelemetry.trace import Span, SpanContext, TraceFlags, Tracer, TraceState

Headers = dict[str, bytes]

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
LONGEST_STATE: Final = 512  # bytes that must be passed on, by the standard; more need not be
NAME: Final = rb"[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}"
VALUE: Final = rb"[ -+\--<>-~]{0,255}[!-+\--<>-~]"  # all that can be printed, but commas and equals signs
MEMBER: Final = re.compile(b"(" + NAME + b")=(" + VALUE + b")")
MEMBERS_MOST: Final = 32  # by the standard
FORM: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class At:
    """One place in a trace. `span` and `tracer`: None, where nothing is recorded here or it lies in another process."""

    context: SpanContext
    span: Span | None = None
    tracer: Tracer | None = None

    def of(self, _key: bytes) -> "At | None":
        return self

    def headers(self) -> Headers:
        found = {TRACEPARENT: written(self.context).encode()}
        if self.context.trace_state:
            found[TRACESTATE] = self.context.trace_state.to_header().encode()
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of several traces that are handled together. What comes of one has its key, or there was only one.

    `records`: all of them, also those of no trace.
    """

    by_key: Mapping[bytes, At]
    by_place: Mapping[tuple[int, int], At]  # by partition and offset
    records: int

    def of(self, key: bytes) -> At | None:
        found = self.by_key.get(key)
        if found is None and self.records == len(self.by_place) == 1:
            (found,) = self.by_place.values()
        return found


_here: ContextVar[At | Batch | None] = ContextVar("where in a trace this is", default=None)


def here() -> At | None:
    """None: nothing is traced, or what goes on belongs to several traces."""
    found = _here.get()
    return found if isinstance(found, At) else None


def batch() -> Batch | None:
    found = _here.get()
    return found if isinstance(found, Batch) else None


def enter(place: At | Batch) -> "Token[At | Batch | None]":
    return _here.set(place)


def leave(token: "Token[At | Batch | None]") -> None:
    _here.reset(token)


def carried(key: bytes) -> Headers:
    """The headers that an event of that key takes along from here; none where nothing is traced."""
    found = _here.get()
    at = found.of(key) if found is not None else None
    return at.headers() if at is not None else {}


def kept(key: bytes) -> str | None:
    """The same for a document, whose story goes on later."""
    found = carried(key).get(TRACEPARENT)
    return found.decode() if found is not None else None


@contextmanager
def at(place: At | None) -> Iterator[None]:
    """What goes on behind a request's back, in its trace."""
    if place is None:
        yield
        return
    token = enter(place)
    try:
        yield
    finally:
        leave(token)


@contextmanager
def continuing(traceparent: str | None) -> Iterator[None]:
    """What a document kept: events that come of it belong to the same trace."""
    context = read(traceparent.encode()) if traceparent else None
    with at(At(context) if context is not None else None):
        yield


def written(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def read(traceparent: bytes, tracestate: bytes = b"") -> SpanContext | None:
    """None: it is none, or not valid. Of a version to come the part is read that this one has too."""
    found = FORM.fullmatch(traceparent.strip())
    if found is None or found[1] == b"ff" or (found[1] == b"00" and found[5]):
        return None
    trace_id, span_id = int(found[2], 16), int(found[3], 16)
    if not trace_id or not span_id:
        return None
    flags = TraceFlags(int(found[4], 16) & TraceFlags.SAMPLED)
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags, trace_state=_state(tracestate))


def _state(header: bytes) -> TraceState | None:
    """None: it is not valid. The library would say so in the log, and quote what a stranger wrote."""
    if not header or len(header) > LONGEST_STATE:
        return None
    given = [one for member in header.split(b",") if (one := member.strip(b" \t"))]
    found = [pair for one in given if (pair := MEMBER.fullmatch(one))]
    members = {pair[1].decode(): pair[2].decode() for pair in found}
    return TraceState([*members.items()]) if 0 < len(given) == len(members) <= MEMBERS_MOST else None


def of_headers(headers: Mapping[str, bytes]) -> SpanContext | None:
    traceparent = headers.get(TRACEPARENT)
    return read(traceparent, headers.get(TRACESTATE, b"")) if traceparent else None


def of_record(headers: Sequence[tuple[str, bytes]]) -> SpanContext | None:
    """Of a record as it came from Kafka."""
    return of_headers(dict(headers)) if headers else None
