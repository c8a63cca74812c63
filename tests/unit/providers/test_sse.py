"""Server-sent events in whatever bits they come, against a reading of the whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.sse import LINE_LIMIT, Event, Events, EventTooLongError

LINES = st.sampled_from(["data: a", "data:b", "data:", "event: x", ": comment", "id: 7", "data: é \\n", "retry: 1", ""])
STREAMS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=12).map(
    lambda lines: "".join(line + end for line, end in lines).encode()
)


def read_at_once(stream: bytes) -> list[Event]:
    """As the standard says it, line by line."""
    found: list[Event] = []
    name, data = "", list[bytes]()
    for line in [*re.split(rb"\r\n|\r|\n", stream), b""]:
        field, _, value = line.partition(b":")
        if not line:
            if data:
                found.append(Event(name, b"\n".join(data)))
            name, data = "", []
        elif field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode()
    return found


@given(STREAMS, st.data())
def test_bits_make_no_difference(stream: bytes, data: st.DataObject) -> None:
    at = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    events, found = Events(), []
    for start, end in zip([0, *at], [*at, len(stream)], strict=True):
        found += events.feed(stream[start:end])
    assert [*found, *events.end()] == read_at_once(stream)


def test_a_large_event_in_many_bits_is_one() -> None:
    large = b"x" * (LINE_LIMIT - 100)
    events, said = Events(), b"data: %b\n\ndata: y\n\n" % large
    found = [event for at in range(0, len(said), 1_400) for event in events.feed(said[at : at + 1_400])]
    assert found == [Event("", large), Event("", b"y")]


def test_one_that_has_no_end_is_not_held_without_end() -> None:
    events = Events()
    assert events.feed(b"data: " + b"x" * (LINE_LIMIT - 10)) == []
    with pytest.raises(EventTooLongError):
        events.feed(b"x" * 10)
