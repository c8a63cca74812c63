"""Calls of tools that come interleaved, as the official client of Anthropic's hears them: one by one, each whole."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import ToolCallDelta
from ratchet_providers.sse import Events
from tests.unit.router.messages_heard import USAGE, bit, call, frames, heard, streamed

Told = list[tuple[str, int]]  # the events of blocks: name, and the block's number


def wire(pieces: Sequence[Piece]) -> bytes:
    out = frames()
    return b"".join(out.said([piece]) for piece in pieces) + out.ended(USAGE, b"{}")


def told(stream: bytes) -> Told:
    found = [(event.name, json.loads(event.data)) for event in Events().feed(stream)]
    return [(name, data["index"]) for name, data in found if name.startswith("content_block_")]


def one_at_a_time(events: Told) -> bool:
    open_, last = None, -1
    for name, index in events:
        if name == "content_block_start":
            if open_ is not None or index != last + 1:
                return False
            open_ = last = index
        elif index != open_:
            return False
        elif name == "content_block_stop":
            open_ = None
    return open_ is None


def inputs(content: Sequence[Any]) -> list[Any]:
    return [(block["id"], block["input"]) for block in content if block["type"] == "tool_use"]


def test_a_call_waits_until_the_one_before_is_whole() -> None:
    pieces = [
        bit(role="assistant", content=""),
        bit(tool_calls=[call(0, "", "a", "f"), call(1, "", "b", "g")]),
        bit(tool_calls=[call(0, '{"x":')]),
        bit(tool_calls=[call(1, '{"y":')]),
        bit(tool_calls=[call(0, "1}")]),
        bit(tool_calls=[call(1, "2}")]),
        bit(finish="tool_calls"),
    ]
    assert one_at_a_time(told(wire(pieces)))
    assert inputs(streamed(pieces)["content"]) == [("a", {"x": 1}), ("b", {"y": 2})]


def test_calls_one_after_another_go_out_at_once() -> None:
    out = frames()
    out.said([msgspec.structs.replace(bit(tool_calls=[call(0, "", "a", "f")]), shows=True)])
    assert b'"partial_json":"{}"' in out.said([bit(tool_calls=[call(0, "{}")])])
    begun = out.said([bit(tool_calls=[call(1, "", "b", "g")])])
    assert (b"content_block_stop" in begun, b'"id":"b"' in begun) == (True, True)
    assert b'"partial_json":"{"' in out.said([bit(tool_calls=[call(1, "{")])])


def test_words_between_calls_wait_their_turn_and_are_not_lost() -> None:
    pieces = [
        bit(tool_calls=[call(0, '{"x":', "a", "f")]),
        bit(content="So."),
        bit(tool_calls=[call(1, "", "b", "g")]),  # without any argument
        bit(tool_calls=[call(0, "1}")]),
        bit(finish="tool_calls"),
    ]
    assert one_at_a_time(told(wire(pieces)))
    content = streamed(pieces)["content"]
    assert [block["type"] for block in content] == ["tool_use", "text", "tool_use"]
    assert inputs(content) == [("a", {"x": 1}), ("b", {})]


@st.composite
def interleaved(draw: st.DrawFn) -> tuple[list[tuple[str, Any]], list[Piece]]:
    """Calls, and the bits in which they come: those of one in their order, those of several anyhow."""
    values = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=4) | st.just({"a": "}"}), max_size=3)
    said = draw(st.lists(values, min_size=1, max_size=4))
    left: list[list[ToolCallDelta]] = []
    for number, value in enumerate(said):
        text = json.dumps(value)
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=3)))
        bits = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        left.append([call(number, "", f"id_{number}", "f"), *(call(number, bit) for bit in bits)])
    pieces, begun = [], 1
    while any(left):  # a call begins after the one before it
        number = draw(st.sampled_from([n for n, bits in enumerate(left[: begun + 1]) if bits]))
        begun = max(begun, number + 1)
        pieces.append(bit(tool_calls=[left[number].pop(0)]))
    return [(f"id_{number}", value) for number, value in enumerate(said)], pieces


@given(interleaved())
def test_however_they_come_each_is_whole_and_one_is_open_at_a_time(
    made: tuple[list[tuple[str, Any]], list[Piece]],
) -> None:
    said, pieces = made
    stream = wire([*pieces, bit(finish="tool_calls")])
    assert one_at_a_time(told(stream))
    content = msgspec.to_builtins([block.model_dump() for block in heard(stream).content])
    assert sorted(inputs(content), key=lambda one: one[0]) == said
