"""Messages that were kept, streamed again; and streamed ones, put together to be kept."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ratchet_common.events import Usage
from ratchet_providers.anthropic.as_it_came import AsItCame
from ratchet_providers.anthropic.assembly import MessageAssembly
from ratchet_providers.anthropic.replay import replayed
from ratchet_providers.base import Piece
from ratchet_providers.sse import Events
from tests.unit.providers.anthropic_rig import events_of, message, sse, text

events = TypeAdapter[RawMessageStreamEvent](RawMessageStreamEvent)
PLACE = {"type": "page_location", "cited_text": "x", "document_index": 0, "document_title": None,
         "start_page_number": 1, "end_page_number": 2, "file_id": None}  # fmt: skip
COUNTS = {
    "input_tokens": 10,
    "output_tokens": 50,
    "cache_read_input_tokens": 200,
    "cache_creation_input_tokens": 30,
    "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    "service_tier": "standard",
}
FIXED: list[dict[str, Any]] = [
    {"type": "thinking", "thinking": "Let me see.", "signature": "S"},
    {"type": "thinking", "thinking": "", "signature": "S"},
    {"type": "redacted_thinking", "data": "D"},
    {"type": "text", "text": "Cited.", "citations": [PLACE]},
    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
    {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
]
blocks = st.one_of(
    st.builds(text, st.text(max_size=30)),
    st.builds(
        lambda name, given_: {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": given_},
        st.sampled_from(["f", "g"]),
        st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.none(), max_size=3),
    ),
    st.sampled_from(FIXED),
)  # fmt: skip


def raw(said: Mapping[str, Any]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()}


def put_together(pieces: list[Piece]) -> dict[str, Any]:
    assembly = MessageAssembly()
    for piece in pieces:
        assembly.add(piece)
    return {name: msgspec.json.decode(value) for name, value in assembly.body().items()}


@given(st.lists(blocks, max_size=5), st.sampled_from(["end_turn", "tool_use", "max_tokens"]))
def test_what_was_kept_is_streamed_and_kept_again(content: list[dict[str, Any]], stop: str) -> None:
    said = message(*content, stop=stop, usage=COUNTS)
    pieces = replayed(raw(said))
    assert put_together(pieces) == said
    snapshot: Any = None
    for piece in pieces:
        happened = events.validate_json(piece.data)
        snapshot = accumulate_event(event=happened, current_snapshot=snapshot, json_bufs={})
    whole = Message.model_validate(said).model_dump(exclude_none=True)
    assert snapshot.model_dump(exclude_none=True, exclude={"parsed_output"}) == whole


@given(st.lists(blocks.filter(lambda block: "citations" not in block), max_size=5), st.integers(1, 5))
def test_a_stream_is_kept_as_the_message_that_it_was(content: list[dict[str, Any]], size: int) -> None:
    said = message(*content)
    assert put_together(AsItCame().pieces(Events().feed(sse(events_of(said, size))))) == said


def test_a_kept_message_shows_and_counts_as_when_it_was_new() -> None:
    pieces = replayed(raw(message(text("We ship on Monday, if nothing breaks before then."), usage=COUNTS)))
    assert "".join(piece.text for piece in pieces) == "We ship on Monday, if nothing breaks before then."
    assert [piece.finish for piece in pieces if piece.finish] == ["stop"]
    assert [piece.usage for piece in pieces if piece.usage][-1] == Usage(
        input_tokens=240, output_tokens=50, cached_tokens=200, cache_written_tokens=30, cache_written_long_tokens=20
    )


def test_another_beginning_begins_anew() -> None:
    assembly = MessageAssembly()
    assert not assembly.begun
    for piece in [*replayed(raw(message(text("old"))))[:3], *replayed(raw(message(text("new"))))]:
        assembly.add(piece)
    assert assembly.begun
    assert msgspec.json.decode(assembly.body()["content"]) == [text("new")]


def test_what_is_no_message_is_not_replayed() -> None:
    with pytest.raises(msgspec.DecodeError):
        replayed({"type": msgspec.Raw(b'"message"')})
