"""A streamed answer, as the official client of Anthropic's puts it together, is the whole one."""

from typing import Any

import msgspec
import pytest
from anthropic.types import Message
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.chat_shape import (
    Completion,
)
from ratchet_providers.replay import of_text
from ratchet_router.shapes.messages.whole import text_message
from tests.unit.providers.anthropic_rig import text
from tests.unit.router.messages_heard import HIDDEN, SIGNED, USAGE, calls, completion, replayed, streamed, whole


def test_a_chat_is_a_message_with_everything_in_its_place() -> None:
    said = completion(
        content="Let me see.",
        finish="tool_calls",
        tool_calls=calls(("a", "look", '{"at":"Rome"}'), ("b", "now", "")),
        thinking_blocks=[SIGNED, HIDDEN],
        reasoning_content="hm",
    )
    assert whole(said) == streamed(replayed(said)) == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "gpt",
        "content": [
            SIGNED,
            HIDDEN,
            text("Let me see."),
            {"type": "tool_use", "id": "a", "name": "look", "input": {"at": "Rome"}},
            {"type": "tool_use", "id": "b", "name": "now", "input": {}},
        ],
        "stop_reason": "tool_use",
        "usage": {
            "input_tokens": 50,
            "output_tokens": 9,
            "cache_read_input_tokens": 30,
            "cache_creation_input_tokens": 20,
            "output_tokens_details": {"thinking_tokens": 4},
        },
    }  # fmt: skip


words = st.text(max_size=30)
completions = st.builds(
    completion,
    content=st.none() | words,
    finish=st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    tool_calls=st.lists(
        st.tuples(st.uuids().map(str), st.sampled_from(["f", "g"]), st.sampled_from(["", "{}", '{"k": [1, "é"]}'])),
        max_size=3,
    ).map(lambda named: calls(*named)),
    reasoning_content=st.none() | words,
    thinking_blocks=st.none() | st.lists(st.sampled_from([SIGNED, HIDDEN]), max_size=3),
    refusal=st.none() | words,
)


@given(completions)
def test_a_streamed_answer_is_the_whole_one(said: Completion) -> None:
    assert streamed(replayed(said)) == whole(said)


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_an_answer_without_a_body_is_the_same_whole_and_streamed(finish: str) -> None:
    said = text_message("On Monday.", finish, USAGE, message_id="msg_1", model="gpt")
    found = Message.model_validate_json(msgspec.json.encode(said)).model_dump(mode="json", exclude_none=True)
    assert streamed(of_text("On Monday.", finish, USAGE)) == found


@pytest.mark.parametrize(
    ("finish", "more", "reason"),
    [
        ("stop", {}, "end_turn"),
        ("length", {}, "max_tokens"),
        ("content_filter", {}, "refusal"),
        ("stop", {"refusal": "I will not."}, "refusal"),
        ("stop", {"tool_calls": calls(("a", "f", "{}"))}, "tool_use"),
        ("length", {"tool_calls": calls(("a", "f", "{}"))}, "max_tokens"),
        ("what may come", {}, "end_turn"),
    ],
)
def test_why_it_ended(finish: str, more: dict[str, Any], reason: str) -> None:
    said = completion(finish=finish, **more)
    assert whole(said)["stop_reason"] == streamed(replayed(said))["stop_reason"] == reason


def test_arguments_that_are_no_object_are_said_to_be_none() -> None:
    said = whole(completion(tool_calls=calls(("a", "f", '{"x": '), ("b", "f", "7"))))["content"]
    assert [block["input"] for block in said] == [{"INVALID_JSON": '{"x": '}, {"INVALID_JSON": "7"}]
