"""Requests in Anthropic's shape that are none: each names what is wrong, and never what stands there."""

from typing import Any

import msgspec
import pytest

from ratchet_router.shapes.messages.invalid import InvalidMessagesError
from ratchet_router.shapes.messages.read import read_count, read_messages

GOOD: dict[str, Any] = {"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


def refusal(body: bytes, headers: dict[str, str] | None = None) -> InvalidMessagesError:
    with pytest.raises(InvalidMessagesError) as refused:
        read_messages(body, headers or {})
    return refused.value


def said_by(content: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content}]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"7",
        b'"secret"',
        b'{"model": NaN}',
        msgspec.json.encode(GOOD)[:-1] + b',"x":Infinity}',
        b'{"secret": "\xff"}',
        msgspec.json.encode(GOOD)[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_object_in_utf8_is_refused(body: bytes) -> None:
    error = refusal(body)
    assert (error.param, error.status) == ("body", 422)
    assert "secret" not in error.detail


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"model": 7}, "model"),
        ({"model": ""}, "model"),
        ({"max_tokens": "secret"}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": [7]}, "messages[0]"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"content": "secret"}]}, "messages[0].role"),
        ({"messages": [GOOD["messages"][0], {"role": "secret", "content": ""}]}, "messages[1].role"),
        (said_by(7), "messages[0].content"),
        (said_by(["secret"]), "messages[0].content[0]"),
        (said_by([{"text": "secret"}]), "messages[0].content[0].type"),
        (said_by([{"type": 7}]), "messages[0].content[0].type"),
        (said_by([{"type": "text"}]), "messages[0].content[0].text"),
        (said_by([{"type": "text", "text": "a"}, {"type": "text", "text": 7}]), "messages[0].content[1].text"),
        (said_by([{"type": "image"}]), "messages[0].content[0].source"),
        (said_by([{"type": "image", "source": {}}]), "messages[0].content[0].source.type"),
        (said_by([{"type": "image", "source": {"type": "base64"}}]), "messages[0].content[0].source"),
        (said_by([{"type": "image", "source": {"type": "url"}}]), "messages[0].content[0].source.url"),
        (said_by([{"type": "document", "source": {"type": "text"}}]), "messages[0].content[0].source.data"),
        (said_by([{"type": "tool_result"}]), "messages[0].content[0].tool_use_id"),
        (said_by([{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text"}]}]),
         "messages[0].content[0].content[0].text"),
        (said_by([{"type": "tool_result", "tool_use_id": "a", "content": 7}]), "messages[0].content[0].content"),
        (said_by([{"type": "tool_use", "id": "a", "name": "f", "input": "secret"}], "assistant"),
         "messages[0].content[0].input"),
        (said_by([{"type": "tool_use", "id": "a", "name": "f", "input": {}}]), "messages[0].content[0]"),
        (said_by([{"type": "tool_result", "tool_use_id": "a"}], "assistant"), "messages[0].content[0]"),
        (said_by([{"type": "thinking", "thinking": "secret"}], "assistant"), "messages[0].content[0].signature"),
        ({"system": 7}, "system"),
        ({"system": [{"type": "text"}]}, "system[0].text"),
        ({"temperature": 1.5}, "temperature"),
        ({"stop_sequences": "secret"}, "stop_sequences"),
        ({"stream": "secret"}, "stream"),
        ({"metadata": {"user_id": 7}}, "metadata.user_id"),
        ({"tools": "secret"}, "tools"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tools": [{"name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"name": "f", "input_schema": {}}], "tool_choice": {"type": "secret"}}, "tool_choice.type"),
        ({"tools": [{"name": "f", "input_schema": {}}], "tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"thinking": "secret"}, "thinking"),
        ({"output_config": {"effort": "secret"}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "secret"}}}, "output_config.format"),
    ],
)  # fmt: skip
def test_the_field_that_is_wrong_is_named(wrong: dict[str, Any], field: str) -> None:
    error = refusal(msgspec.json.encode(GOOD | wrong))
    assert error.param == field
    assert "secret" not in error.detail


@pytest.mark.parametrize("missing", ["model", "max_tokens", "messages"])
def test_a_missing_field_is_named(missing: str) -> None:
    body = msgspec.json.encode({name: value for name, value in GOOD.items() if name != missing})
    assert refusal(body).detail == f"{missing}: it is missing"


def test_headers_that_would_break_a_request_are_refused() -> None:
    body = msgspec.json.encode(GOOD)
    assert refusal(body, {"anthropic-version": "latest"}).param == "anthropic-version"
    assert refusal(body, {"anthropic-beta": "a\r\nx-api-key: b"}).param == "anthropic-beta"


def test_a_count_needs_no_limit() -> None:
    assert read_count(msgspec.json.encode({"model": "m", "messages": GOOD["messages"]}), {}).model == "m"


def test_of_two_fields_of_one_name_the_last_counts_everywhere() -> None:
    body = b'{"model":"a","max_tokens":1,"messages":[{"role":"user","content":"hi"}],"model":"b"}'
    asked = read_messages(body, {})
    assert (asked.model, bytes(asked.native.fields["model"])) == ("b", b'"b"')


def read_all(body: bytes) -> None:
    read_messages(body, {})
    read_count(body, {})


@pytest.mark.timeout(60)  # what grew with the square of the length would take hours
def test_two_megabytes_and_ten_thousand_messages_are_read_to_their_end() -> None:
    turn = [
        {"role": "user", "content": [{"type": "text", "text": "x" * 50}, {"type": "text", "text": "y"}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {"n": [1, 2]}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "z"}]},
        {"role": "assistant", "content": "w" * 50},
    ]
    read_all(msgspec.json.encode(GOOD | {"messages": turn * 2_500}))
    read_all(msgspec.json.encode(GOOD | said_by("x" * 2_000_000)))
    read_all(msgspec.json.encode(GOOD | said_by([{"type": "text", "text": "x"}] * 40_000)))
