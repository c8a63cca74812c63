"""What Anthropic answers, as a chat: whole and streamed, the same."""

from typing import Any

import msgspec
import pytest
from anthropic.types import Message
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from ratchet_common.events import Usage
from ratchet_providers.anthropic.answer import in_chat_shape
from ratchet_providers.anthropic.as_chat import AsChat
from ratchet_providers.base import ModelAnswer, Piece, ProviderError
from ratchet_providers.sse import Events
from tests.unit.providers.anthropic_rig import asked, counted, events_of, message, sse, text, together

LOOK = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "Rome", "days": [1, 2]}}
BARE = {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}}
ANSWER = {"type": "tool_use", "id": "toolu_3", "name": "answer_in_json", "input": {"when": "Monday"}}
THOUGHT = {"type": "thinking", "thinking": "Let me see.", "signature": "U2ln"}
HIDDEN = {"type": "redacted_thinking", "data": "b3BhcXVl"}
COUNTS = {
    "input_tokens": 10,
    "output_tokens": 50,
    "cache_read_input_tokens": 200,
    "cache_creation_input_tokens": 30,
    "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    "output_tokens_details": {"thinking_tokens": 40},
}


def whole(said: dict[str, Any], *, by_tool: bool = False, so_far: str = "") -> ModelAnswer:
    Message.model_validate(said)  # or this would be no message of Anthropic's
    return in_chat_shape(msgspec.json.encode(said), asked(so_far=so_far), by_tool=by_tool, created=7)


def streamed(said: dict[str, Any], *, by_tool: bool = False, so_far: str = "", size: int = 3) -> list[Piece]:
    reading, found = Events(), AsChat(by_tool=by_tool, so_far=so_far, created=7)
    pieces = found.pieces([*reading.feed(sse(events_of(said, size))), *reading.end()])
    found.hearing.ended()
    return pieces


def body(answer: ModelAnswer) -> dict[str, Any]:
    """Checked by the types of OpenAI's own client."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(answer.body))
    ChatCompletion.model_validate(found, strict=True)
    return found


def said_in(answer: ModelAnswer) -> dict[str, Any]:
    found: dict[str, Any] = body(answer)["choices"][0]["message"]
    return found


def test_text_thoughts_and_calls_have_their_places() -> None:
    answer = whole(message(THOUGHT, HIDDEN, text("On "), text("Monday."), LOOK, BARE, stop="tool_use"))
    said = said_in(answer)
    assert (answer.output, said["content"], answer.finish) == ("On Monday.", "On Monday.", "tool_calls")
    assert said["reasoning_content"] == "Let me see."
    assert said["thinking_blocks"] == [THOUGHT, HIDDEN]
    assert [call["id"] for call in said["tool_calls"]] == ["toolu_1", "toolu_2"]
    assert msgspec.json.decode(said["tool_calls"][0]["function"]["arguments"]) == LOOK["input"]
    assert said["tool_calls"][1]["function"]["arguments"] == "{}"
    assert (body(answer)["id"], body(answer)["model"], body(answer)["created"]) == ("msg_1", "claude-x", 7)


def test_calls_alone_have_no_content() -> None:
    assert said_in(whole(message(LOOK, stop="tool_use")))["content"] is None
    assert said_in(whole(message()))["content"] == ""


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("what may come", "stop"),
    ],
)
def test_why_it_ended(stop: str, finish: str) -> None:
    said = message(text("Well"), stop=stop)
    answer = in_chat_shape(msgspec.json.encode(said), asked(), by_tool=False, created=7)
    assert (answer.finish, together(streamed(said))["finish"]) == (finish, finish)


def test_the_sequence_that_ended_it_and_anthropics_own_word_are_told() -> None:
    for said, stop, native in (
        (message(text("Well"), stop="stop_sequence", stop_sequence="END"), "END", None),
        (message(text("Well"), stop="refusal"), None, "refusal"),
        (message(text("Well")), None, None),
    ):
        ends = [choice for piece in streamed(said) if piece.chunk for choice in piece.chunk.choices]
        for choice in (body(whole(said))["choices"][0], msgspec.to_builtins(ends[-1])):
            assert (choice.get("stop_reason"), choice.get("native_finish_reason")) == (stop, native)


def test_tokens_are_told_apart_and_cost_the_same_streamed() -> None:
    said = message(text("Monday."), usage=COUNTS)
    answer = whole(said)
    assert answer.usage == counted(streamed(said)) == Usage(
        input_tokens=240,
        output_tokens=50,
        cached_tokens=200,
        cache_written_tokens=30,
        cache_written_long_tokens=20,
        reasoning_tokens=40,
    )  # fmt: skip
    assert body(answer)["usage"] == {
        "prompt_tokens": 240,
        "completion_tokens": 50,
        "total_tokens": 290,
        "prompt_tokens_details": {"cached_tokens": 200, "cache_creation_tokens": 30},
        "completion_tokens_details": {"reasoning_tokens": 40},
    }


@pytest.mark.parametrize("counts", [{}, {"input_tokens": -1}, {"cache_read_input_tokens": 10**12}])
def test_what_cannot_have_been_counted_is_estimated(counts: dict[str, int]) -> None:
    usage = {"input_tokens": 9, "output_tokens": 2} | counts if counts else None
    assert whole_unchecked(message(text("x" * 40), usage=usage)).usage.estimated == bool(counts or usage is None)


def whole_unchecked(said: dict[str, Any]) -> ModelAnswer:
    return in_chat_shape(msgspec.json.encode(said), asked(), by_tool=False, created=7)


def test_a_count_that_is_repeated_at_the_end_replaces_the_first() -> None:
    events = events_of(message(text("Monday.")))
    events[-2]["usage"] = {"input_tokens": 12, "cache_read_input_tokens": 5, "output_tokens": 4}
    pieces = AsChat(by_tool=False, so_far="", created=7).pieces(Events().feed(sse(events)))
    assert counted(pieces) == Usage(input_tokens=17, output_tokens=4, cached_tokens=5)


@pytest.mark.parametrize("how", ["whole", "streamed"])
def test_a_refusal_without_a_word_is_a_filters(how: str) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "It could do harm."}
    said = message(stop="refusal", stop_details=details)
    with pytest.raises(ProviderError) as failed:
        whole(said) if how == "whole" else streamed(said)
    assert (failed.value.kind, failed.value.retryable) == ("filtered", False)
    assert failed.value.said is not None
    assert failed.value.said.message == "It could do harm."


def test_a_refusal_that_came_whole_has_used_what_was_counted() -> None:
    said = message(stop="refusal", usage={"input_tokens": 12, "output_tokens": 4})
    with pytest.raises(ProviderError) as failed:
        whole(said)
    assert failed.value.usage == Usage(input_tokens=12, output_tokens=4)


@pytest.mark.parametrize(
    ("content", "answer", "calls", "finish"),
    [
        ([text("Here it is: "), ANSWER], '{"when":"Monday"}', 0, "stop"),
        ([ANSWER], '{"when":"Monday"}', 0, "stop"),
        ([LOOK], "", 1, "tool_calls"),
        ([text("I cannot.")], "I cannot.", 0, "stop"),
    ],
)
def test_the_answering_tools_input_is_the_text(
    content: list[dict[str, Any]], answer: str, calls: int, finish: str
) -> None:
    said = message(*content, stop="end_turn" if content[-1]["type"] == "text" else "tool_use")
    found, bits = whole(said, by_tool=True), together(streamed(said, by_tool=True))
    assert (found.output, found.finish, len(said_in(found).get("tool_calls", []))) == (answer, finish, calls)
    assert (bits["content"], bits["finish"], len(bits["calls"])) == (answer, finish, calls)


@pytest.mark.parametrize(
    ("so_far", "more", "joined"),
    [("On the ", " Monday.", "Monday."), ("On the ", "Monday.", "Monday."), ("On the", " Monday.", " Monday.")],
)
def test_a_continuation_repeats_no_space(so_far: str, more: str, joined: str) -> None:
    said = message(text(more))
    assert whole(said, so_far=so_far).output == joined
    assert together(streamed(said, so_far=so_far, size=1))["content"] == joined


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b'{"type":"message"}', "malformed"),
        (b'{"type":"message","content":[{"type":"text","text":7}]}', "malformed"),
        (b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "overloaded"),
        (b'{"type":"message","content":[{"type":"tool_use","input":' + b"[" * 99_999, "malformed"),
    ],
)
def test_what_is_no_message_is_no_answer(data: bytes, kind: str) -> None:
    with pytest.raises(ProviderError) as failed:
        in_chat_shape(data, asked(), by_tool=False, created=7)
    assert failed.value.kind == kind


def test_a_whole_input_at_the_start_of_a_block_is_taken_too() -> None:
    events = events_of(message(LOOK, stop="tool_use"))
    events = [event for event in events if event["type"] != "content_block_delta"]
    events[2]["content_block"] = LOOK
    found = together(AsChat(by_tool=False, so_far="", created=7).pieces(Events().feed(sse(events))))
    assert msgspec.json.decode(found["calls"][0]["arguments"]) == LOOK["input"]


def test_what_anthropics_own_tools_do_shows_nothing() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    events = events_of(message(search, text("Found.")))
    delta = {"type": "input_json_delta", "partial_json": '{"query": "x"}'}
    events.insert(3, {"type": "content_block_delta", "index": 0, "delta": delta})
    found = together(AsChat(by_tool=False, so_far="", created=7).pieces(Events().feed(sse(events))))
    assert (found["content"], found["calls"]) == ("Found.", {})


blocks = st.one_of(
    st.builds(text, st.text(min_size=1, max_size=12)),
    st.builds(
        lambda name, given: {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": given},
        st.sampled_from(["f", "g", "h"]),
        st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.none(), max_size=3),
    ),
    st.builds(
        lambda words: {"type": "thinking", "thinking": words, "signature": "S"}, st.text(max_size=9)
    ),
    st.just(HIDDEN),
)  # fmt: skip


@given(st.lists(blocks, max_size=6), st.sampled_from(["end_turn", "max_tokens", "tool_use"]), st.integers(1, 5))
def test_a_stream_amounts_to_the_answer(content: list[dict[str, Any]], stop: str, size: int) -> None:
    said = message(*content, stop=stop, usage=COUNTS)
    answer, pieces = whole(said), streamed(said, size=size)
    for piece in pieces:
        ChatCompletionChunk.model_validate(msgspec.json.decode(msgspec.json.encode(piece.chunk)))
    found, expected = together(pieces), said_in(answer)
    assert found["content"] == "".join(piece.text for piece in pieces) == answer.output
    assert (found["finish"], counted(pieces)) == (answer.finish, answer.usage)
    assert found["reasoning"] == expected.get("reasoning_content", "")
    assert found["thoughts"] == expected.get("thinking_blocks", [])
    calls = [(call["id"], call["name"], msgspec.json.decode(call["arguments"])) for call in found["calls"].values()]
    functions = [(call["id"], call["function"]) for call in expected.get("tool_calls", [])]
    assert calls == [(id_, one["name"], msgspec.json.decode(one["arguments"])) for id_, one in functions]
