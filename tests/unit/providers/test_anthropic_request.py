"""What is said in a chat as Anthropic's turns, by the types of Anthropic's own client."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.anthropic.dialect import ANTHROPICS, Dialect
from ratchet_providers.anthropic.request import asked
from ratchet_providers.base import ModelRequest, ProviderError
from tests.unit.providers.anthropic_chats import (
    FUNCTION,
    NEW,
    OLD,
    THINKER,
    assistant,
    body,
    called,
    result,
    user,
)
from tests.unit.providers.written import WRITTEN


def test_a_question_is_a_turn_and_a_limit_is_always_told() -> None:
    assert body() == {
        "model": "claude-x",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "When?"}]}],
    }


def test_what_the_system_says_stands_apart_wherever_it_stood() -> None:
    found = body({"role": "system", "content": "A"}, user("hi"), {"role": "developer", "content": "B"}, user("there"))
    assert found["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert [turn["role"] for turn in found["messages"]] == ["user"]
    assert [block["text"] for block in found["messages"][0]["content"]] == ["hi", "there"]


def test_results_of_parallel_calls_are_one_turn_with_what_is_said_after() -> None:
    calls = [called("a", '{"x": 1.0}'), called("b", "")]
    turns = body(user("go"), assistant("ok", tool_calls=calls), result("a"), result("b", ""), user("so?"))["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[1]["content"] == [
        {"type": "text", "text": "ok"},
        {"type": "tool_use", "id": "a", "name": "look", "input": {"x": 1.0}},
        {"type": "tool_use", "id": "b", "name": "look", "input": {}},
    ]
    assert turns[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "seen"}]},
        {"type": "tool_result", "tool_use_id": "b"},
        {"type": "text", "text": "so?"},
    ]


@pytest.mark.parametrize(("written", "becomes"), WRITTEN)
def test_arguments_are_an_object_whatever_a_model_once_wrote(written: str, becomes: Any) -> None:
    said = body(user("go"), assistant(tool_calls=[called("a", written)]), result("a"), tools=[FUNCTION])
    calling, answering = said["messages"][1:]
    assert calling["content"][0]["input"] == becomes
    assert answering["content"][0]["tool_use_id"] == "a"


def test_a_result_may_hold_an_image_and_be_an_error() -> None:
    picture = [{"type": "image_url", "image_url": {"url": "https://e.com/a.png"}}]
    calling = assistant(tool_calls=[called("a")])
    turns = body(user("go"), calling, result("a", picture) | {"is_error": True})["messages"]
    assert turns[2]["content"][0]["is_error"] is True
    assert turns[2]["content"][0]["content"] == [
        {"type": "image", "source": {"type": "url", "url": "https://e.com/a.png"}}
    ]


def test_an_id_that_anthropic_does_not_take_is_the_same_for_call_and_result() -> None:
    turns = body(user("go"), assistant(tool_calls=[called("functions.look:0")]), result("functions.look:0"))["messages"]
    assert turns[1]["content"][0]["id"] == turns[2]["content"][0]["tool_use_id"] != "functions.look:0"


def test_thoughts_go_back_to_whom_they_came_from_and_unsigned_ones_to_nobody() -> None:
    thoughts = [
        {"type": "thinking", "thinking": "hm", "signature": "S"},
        {"type": "redacted_thinking", "data": "D"},
        {"type": "thinking", "thinking": "another model's", "signature": ""},
    ]
    turns = body(user("go"), assistant("ok", thinking_blocks=thoughts, reasoning_content="hm"), user("so?"))["messages"]
    assert turns[1]["content"] == [*thoughts[:2], {"type": "text", "text": "ok"}]


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (
            {"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AA==", "detail": "low"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AA=="}},
        ),
        (
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
            {
                "type": "document",
                "title": "a.pdf",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "AA=="},
            },
        ),
        (
            {"type": "file", "file": {"file_data": "data:text/plain;charset=utf-8;base64,aGk="}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
        ),
        (
            {"type": "file", "file": {"file_id": "file_01"}},
            {"type": "document", "source": {"type": "file", "file_id": "file_01"}},
        ),
        (
            {"type": "text", "text": "long", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            {"type": "text", "text": "long", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        ),
        (
            {"type": "document", "source": {"type": "url", "url": "https://e.com/a.pdf"}},
            {"type": "document", "source": {"type": "url", "url": "https://e.com/a.pdf"}},
        ),
    ],
)
def test_a_part_becomes_a_block(part: dict[str, Any], block: dict[str, Any]) -> None:
    assert body(user([part]))["messages"][0]["content"] == [block]


def test_a_conversation_begins_with_the_user_and_ends_without_a_space() -> None:
    turns = body(assistant("Hello!"), user("hi"), assistant("So \n"))["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant"]
    assert turns[-1]["content"] == [{"type": "text", "text": "So"}]


def test_a_model_that_can_goes_on_within_what_is_left() -> None:
    going_on = ModelRequest(
        model="m", task_type="chat", messages=[user("hi")], document="", fields={"max_tokens": 10}, so_far="On the "
    )
    sent = asked(going_on, OLD).body
    assert sent["messages"][-1] == {"role": "assistant", "content": [{"type": "text", "text": "On the"}]}
    assert sent["max_tokens"] == 8
    with pytest.raises(ProviderError, match="cannot go on"):
        asked(going_on, ANTHROPICS)


words = st.text(min_size=1, max_size=8).filter(lambda text: not text.isspace())
ids = st.sampled_from(["a", "b", "call_1", "functions.f:0"])
roles = st.sampled_from(["system", "user", "assistant"])
messages = st.one_of(
    st.builds(lambda role, text: {"role": role, "content": text}, roles, words),
    st.builds(lambda id_: assistant(tool_calls=[called(id_, '{"k": [1, {"x": null}]}')]), ids),
    st.builds(result, ids, st.none() | words),
    st.builds(lambda text: user([{"type": "text", "text": text}]), words),
)  # fmt: skip


@given(st.lists(messages, max_size=12), st.sampled_from([OLD, THINKER, NEW, ANTHROPICS]), st.none() | st.just("high"))
def test_whatever_is_said_is_what_anthropics_client_would_send(
    said: list[dict[str, Any]], dialect: Dialect, effort: str | None
) -> None:
    sent = body(*said, user("go"), dialect=dialect, reasoning_effort=effort, tools=[FUNCTION])
    spoke = [turn["role"] for turn in sent["messages"]]
    assert spoke[0] == "user"
    assert all(one != other for one, other in pairwise(spoke))
    assert all(turn["content"] for turn in sent["messages"])
