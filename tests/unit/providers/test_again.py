"""What is kept of an answer and given again: whole from a stream, streamed from a whole, nothing of it is lost."""

from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_assembly import ChatAssembly
from ratchet_providers.chat_stream import ChatStream
from ratchet_providers.replay import of_body
from ratchet_providers.sse import Event

USED = Usage(input_tokens=9, output_tokens=2)
FRAME = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
CUSTOM = {"id": "c1", "type": "custom", "custom": {"name": "code", "input": "print(1)"}}
FUNCTION = {"id": "c2", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CITED = [{"type": "url_citation", "url_citation": {"url": "https://x", "title": "X", "start_index": 0, "end_index": 2}}]
AUDIO = {"id": "a", "data": "AAAA", "transcript": "Hi.", "expires_at": 7}


def chunk(delta: Any, finish: str | None = None, **how: Any) -> dict[str, Any]:
    return {**FRAME, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **how}


def streamed(*chunks: Any) -> list[Piece]:
    return ChatStream().pieces([Event("", msgspec.json.encode(one)) for one in chunks])


def whole(pieces: list[Piece]) -> dict[str, Any]:
    assembly = ChatAssembly()
    for piece in pieces:
        assert piece.chunk is not None
        assembly.add(piece.chunk, piece.data)
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(assembly.body(USED)))
    return found


def as_body(message: Any, finish: str = "stop", **how: Any) -> dict[str, msgspec.Raw]:
    said = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", **how}
    said["choices"] = [{"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}]
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()}


def test_a_streamed_call_of_a_custom_tool_is_whole_again() -> None:
    head = {"index": 0, "id": "c1", "type": "custom", "custom": {"name": "code", "input": ""}}
    bits = [chunk({"tool_calls": [{"index": 0, "custom": {"input": bit}}]}) for bit in ("print", "(1)")]
    pieces = streamed(chunk({"role": "assistant", "tool_calls": [head]}), *bits, chunk({}, "tool_calls"))
    assert whole(pieces)["choices"][0]["message"]["tool_calls"] == [CUSTOM]
    assert not [piece for piece in pieces if b"function" in piece.data]


@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "refusal": None, "tool_calls": [CUSTOM, FUNCTION]},
        {"content": "Hi", "refusal": None, "annotations": CITED},
        {"content": None, "refusal": None, "audio": AUDIO},
        {"content": "Hi there.", "refusal": None, "something_new": {"of": [1, 2]}},
        {"content": "Hi", "refusal": None, "reasoning_content": "hm", "annotations": CITED, "tool_calls": [CUSTOM]},
    ],
)
def test_a_whole_answer_streams_with_all_that_it_had_and_is_whole_again(message: Any) -> None:
    body = as_body(message, system_fingerprint="fp", service_tier="default", citations=["https://x"])
    again = whole(of_body(body, USED))
    assert again["choices"][0]["message"] == {"role": "assistant"} | message
    assert (again["system_fingerprint"], again["service_tier"], again["citations"]) == ("fp", "default", ["https://x"])


def test_each_chunk_of_an_answer_that_is_given_again_says_who_made_it() -> None:
    pieces = of_body(as_body({"content": "Hi"}, system_fingerprint="fp", service_tier="flex"), USED)
    assert {piece.chunk.system_fingerprint for piece in pieces if piece.chunk} == {"fp"}
    assert {piece.chunk.service_tier for piece in pieces if piece.chunk} == {"flex"}


def test_what_a_stream_says_beside_its_words_is_kept() -> None:
    pieces = streamed(
        chunk({"role": "assistant", "content": ""}, service_tier="default", system_fingerprint="fp"),
        chunk({"content": "Hi"}, citations=["https://x"]),
        chunk({"annotations": CITED[:1]}),
        chunk({"content": " there."}),
        chunk({"something_new": "a"}),
        chunk({"something_new": "b"}),
        chunk({}, "stop", citations=["https://x"]),
        {**FRAME, "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
    )
    found = whole(pieces)
    message = found["choices"][0]["message"]
    assert (message["content"], message["annotations"], message["something_new"]) == ("Hi there.", CITED, "ab")
    assert (found["service_tier"], found["system_fingerprint"], found["citations"]) == ("default", "fp", ["https://x"])


def test_sound_that_came_in_bits_is_whole_again() -> None:
    bits = [{"id": "a"}, {"data": "AAAA"}, {"transcript": "Hi"}, {"data": "BBBB", "transcript": "."}, {"expires_at": 7}]
    found = whole(streamed(*(chunk({"audio": bit}) for bit in bits), chunk({}, "stop")))
    assert found["choices"][0]["message"]["audio"] == AUDIO | {"data": "AAAABBBB"}
    assert found["choices"][0]["message"]["content"] is None


def test_calls_of_tools_count_among_what_was_written() -> None:
    assembly = ChatAssembly()
    for piece in of_body(as_body({"content": "Hi", "tool_calls": [CUSTOM, FUNCTION]}, "tool_calls"), USED):
        assert piece.chunk is not None
        assembly.add(piece.chunk)
    assert assembly.written() == len("Hi" + "code" + "print(1)" + "f" + "{}")
