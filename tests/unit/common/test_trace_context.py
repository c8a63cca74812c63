"""W3C trace context: what is read, what is written, and what an event takes along."""

import pytest
from opentelemetry.trace import SpanContext, TraceFlags, TraceState

from ratchet_common import trace_context
from ratchet_common.trace_context import At, Batch

TRACE, SPAN = 0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7
WRITTEN = f"00-{TRACE:032x}-{SPAN:016x}-01"


def place(span_id: int, *, state: str = "") -> At:
    found = TraceState.from_header([state]) if state else None
    return At(SpanContext(TRACE, span_id, is_remote=True, trace_flags=TraceFlags(1), trace_state=found))


def test_what_is_written_is_read_again() -> None:
    found = trace_context.read(WRITTEN.encode())
    assert found is not None
    assert (found.trace_id, found.span_id, found.trace_flags) == (TRACE, SPAN, 1)
    assert trace_context.written(found) == WRITTEN


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"00",
        WRITTEN.upper().encode(),
        WRITTEN.encode()[:-1],
        b"ff" + WRITTEN.encode()[2:],
        WRITTEN.encode() + b"-more",  # version 00 ends there
        f"00-{0:032x}-{SPAN:016x}-01".encode(),
        f"00-{TRACE:032x}-{0:016x}-01".encode(),
        "00-\xe9".encode("latin-1"),
        b"0" * 100_000,
    ],
)
def test_what_is_not_valid_is_as_if_it_were_not_there(given: bytes) -> None:
    assert trace_context.read(given) is None


def test_of_a_version_to_come_the_known_part_is_read() -> None:
    found = trace_context.read(b"cc" + WRITTEN.encode()[2:] + b"-what-the-future-will-be")
    assert found is not None
    assert found.trace_id == TRACE
    assert trace_context.written(found).startswith("00-")


def test_only_the_flag_that_is_known_is_passed_on() -> None:
    found = trace_context.read(WRITTEN.encode()[:-2] + b"ff")
    assert found is not None
    assert found.trace_flags == TraceFlags.SAMPLED


def test_the_state_of_others_travels_along_within_bounds() -> None:
    found = trace_context.read(WRITTEN.encode(), b"vendor=1,other=2")
    assert found is not None
    assert At(found).headers() == {"traceparent": WRITTEN.encode(), "tracestate": b"vendor=1,other=2"}
    too_long = trace_context.read(WRITTEN.encode(), b"vendor=" + b"1" * 600)
    assert too_long is not None
    assert At(too_long).headers() == {"traceparent": WRITTEN.encode()}


@pytest.mark.parametrize(
    "state",
    [
        b"no member",
        b"a diagnosis",
        b"Upper=1",
        b"a=1,a=2",
        b"a=1,b",
        b"a=\n",
        b"a=1=2",
        b"=1",
        b"a=",
        "a=\xe9".encode(),
        b"\xff=1",
        b",".join(b"a%d=1" % number for number in range(33)),
    ],
)
def test_a_state_that_is_not_valid_goes_no_further_and_into_no_log(
    state: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    found = trace_context.read(WRITTEN.encode(), state)
    assert found is not None
    assert At(found).headers() == {"traceparent": WRITTEN.encode()}
    assert caplog.records == []


@pytest.mark.parametrize("state", [b"a=1", b"1a@b=x y", b"a=1,, b=2 ,", b"a*/_-=!~"])
def test_a_state_that_is_valid_goes_on_as_the_library_reads_it(state: bytes) -> None:
    found = trace_context.read(WRITTEN.encode(), state)
    assert found is not None
    assert found.trace_state == TraceState.from_header([state.decode()])


def test_outside_of_any_trace_an_event_carries_nothing() -> None:
    assert trace_context.carried(b"acme:qa") == {}
    assert trace_context.kept(b"acme:qa") is None


def test_an_event_carries_where_it_was_made() -> None:
    token = trace_context.enter(place(7))
    assert trace_context.kept(b"whatever") == trace_context.written(place(7).context)
    trace_context.leave(token)
    assert trace_context.kept(b"whatever") is None


def test_what_a_batch_brings_about_belongs_to_the_event_of_the_same_key() -> None:
    both = Batch({b"a": place(1), b"b": place(2)}, {(0, 1): place(1), (0, 2): place(2)}, 2)
    token = trace_context.enter(both)
    try:
        assert trace_context.kept(b"b") == trace_context.written(place(2).context)
        assert trace_context.kept(b"of both or of neither") is None
    finally:
        trace_context.leave(token)


def test_what_the_only_event_of_a_batch_brings_about_belongs_to_it() -> None:
    token = trace_context.enter(Batch({b"a": place(1)}, {(0, 1): place(1)}, 1))
    try:
        assert trace_context.kept(b"of another key") == trace_context.written(place(1).context)
    finally:
        trace_context.leave(token)


def test_the_only_traced_event_of_a_batch_is_not_the_only_one() -> None:
    """What comes of the others, which are in no trace, must not lie in its trace."""
    token = trace_context.enter(Batch({b"a": place(1)}, {(0, 1): place(1)}, 500))
    try:
        assert trace_context.kept(b"a") == trace_context.written(place(1).context)
        assert trace_context.kept(b"of another key") is None
    finally:
        trace_context.leave(token)


def test_what_goes_on_behind_a_requests_back_is_in_its_trace() -> None:
    with trace_context.at(place(3)):
        assert trace_context.kept(b"whatever") == trace_context.written(place(3).context)
    with trace_context.at(None):
        assert trace_context.kept(b"whatever") is None


def test_a_document_goes_on_with_the_trace_that_it_kept() -> None:
    with trace_context.continuing(WRITTEN):
        assert trace_context.kept(b"whatever") == WRITTEN
    for nothing in (None, "", "no traceparent"):
        with trace_context.continuing(nothing):
            assert trace_context.kept(b"whatever") is None
