"""Requests beside their input: fields, tools, the form of the answer, and what a provider's own shape gets."""

import json
from typing import Any

import pytest

from ratchet_router.shapes.responses.errors import OnlyResponsesError
from ratchet_router.shapes.responses.read import continued, read_responses
from ratchet_router.shapes.responses.reasoning import Thoughts, carried
from tests.unit.router.responses.said import RESULT, body, fields, read

WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "d",
    "parameters": {"type": "object", "properties": {"n": {"maximum": 1e400}}},
    "strict": True,
}
OURS = f"rs_{RESULT.hex}0000"


def test_fields_that_mean_the_same_in_chat_go_there() -> None:
    same: dict[str, Any] = {
        "temperature": 0.25,
        "top_p": 0.5,
        "user": "ann",
        "safety_identifier": "s",
        "prompt_cache_key": "k",
        "service_tier": "flex",
        "seed": 7,  # unknown to /v1/responses: passes through
        "chat_template_kwargs": {"thinking": False},
    }
    assert fields(**same) == same
    assert fields(temperature=None, seed=None) == {}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"max_output_tokens": 9}, {"max_completion_tokens": 9}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "text"}}}, {}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        ({"top_logprobs": 3}, {"top_logprobs": 3, "logprobs": True}),
        ({"top_logprobs": 0}, {}),
        ({"include": ["message.output_text.logprobs", "reasoning.encrypted_content"]}, {"logprobs": True}),
        ({"tool_choice": "auto", "parallel_tool_calls": False, "tools": []}, {}),  # chat wants tools with these
        ({"metadata": {"a": "b"}, "store": True, "truncation": "auto", "stream": True, "max_tool_calls": 3}, {}),
        ({"n": 3, "stream_options": {"include_obfuscation": False}, "messages": []}, {}),
    ],
)
def test_fields_in_chats_words(how: dict[str, Any], said: dict[str, Any]) -> None:
    assert fields(**how) == said
    assert read(**how).beyond is None


def test_a_schema_for_the_answer_is_nested_in_chat() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}}
    form = {"type": "json_schema", "name": "plan", "strict": True, "schema": schema}
    said = {"type": "json_schema", "json_schema": {"name": "plan", "schema": schema, "strict": True}}
    assert fields(text={"format": form}) == {"response_format": said}
    assert read(text={"format": form}).capabilities == {"json"}
    assert read(top_logprobs=2).capabilities == {"logprobs"}


def test_functions_are_nested_in_chat() -> None:
    bare = {"type": "function", "name": "now", "parameters": None, "strict": None}
    request = read_responses(body(tools=[WEATHER, bare], parallel_tool_calls=False).replace(b"Infinity", b"1e400"))
    assert request.capabilities == {"tools"}
    assert b"1e400" in bytes(request.fields["tools"])  # a schema is passed on as it came
    tools = json.loads(bytes(request.fields["tools"]))
    assert [tool["type"] for tool in tools] == ["function", "function"]
    assert tools[0]["function"]["strict"] is True
    assert tools[1]["function"] == {"name": "now"}
    assert bytes(request.fields["parallel_tool_calls"]) == b"false"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("required", "required"),
        ({"type": "function", "name": "weather"}, {"type": "function", "function": {"name": "weather"}}),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]},
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "weather"}}],
                },
            },
        ),
    ],
)
def test_the_choice_among_tools_in_chats_words(choice: Any, said: Any) -> None:
    tool = {"type": "function", "name": "weather", "parameters": {}}
    assert fields(tools=[tool], tool_choice=choice)["tool_choice"] == said


@pytest.mark.parametrize(
    "kind",
    ["web_search", "file_search", "code_interpreter", "computer_use_preview", "mcp", "image_generation", "custom"],
)
def test_a_tool_that_its_provider_runs_needs_a_provider_that_speaks_responses(kind: str) -> None:
    request = read(tools=[{"type": "function", "name": "f", "parameters": {}}, {"type": kind, "name": "x"}])
    with pytest.raises(OnlyResponsesError, match=f"{kind} is a tool that chat does not have") as refused:
        request.require_chat()
    assert (refused.value.param, refused.value.status) == ("tools[1].type", 400)
    assert kind.encode() in bytes(request.native.fields["tools"])


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}, "input": None}, "prompt"),
        ({"context_management": [{"type": "compaction"}]}, "context_management"),
        ({"tool_choice": {"type": "web_search_preview"}}, "tool_choice.type"),
        (
            {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp"}]}},
            "tool_choice.tools[0].type",
        ),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ],
)
def test_what_only_a_provider_of_responses_can_do_is_refused_for_others(how: dict[str, Any], field: str) -> None:
    with pytest.raises(OnlyResponsesError) as refused:
        read(**how).require_chat()
    assert refused.value.param == field


def test_the_native_request_is_as_it_came_but_for_what_is_asked_of_us() -> None:
    sent = b'{"input" : [{"role":"user","content":"x"}], "model":"m", "ratchet":{"tags":["t"]}, "new": {"a" :1.0}}'
    native = read_responses(sent, {"openai-beta": "x=1", "authorization": "Bearer secret"}).native
    assert {name: bytes(value) for name, value in native.fields.items()} == {
        "input": b'[{"role":"user","content":"x"}]',
        "model": b'"m"',
        "new": b'{"a" :1.0}',
    }
    assert (native.shape, native.headers) == ("responses", {"openai-beta": "x=1"})


def test_our_reasoning_and_our_names_are_kept_from_providers_that_would_look_them_up() -> None:
    items = [
        {"type": "reasoning", "id": OURS, "summary": []},
        {"type": "reasoning", "id": "rs_x", "summary": [], "encrypted_content": carried(Thoughts("hm"))},
        {"type": "reasoning", "id": "rs_68af4030baa48193b0b43b4c2a176a1a05438e46b5f69a3b", "summary": []},
        {"type": "message", "id": OURS.replace("rs", "msg"), "role": "assistant", "content": "So."},
        {"role": "user", "content": "And?"},
    ]
    native = json.loads(bytes(read(input=items).native.fields["input"]))
    assert native == [items[2], {"type": "message", "role": "assistant", "content": "So."}, items[4]]


def test_a_response_that_only_the_provider_knows_stays_named_to_it() -> None:
    ours = {"type": "reasoning", "id": OURS, "summary": []}
    native = read(input=[ours, {"role": "user", "content": "x"}], previous_response_id="resp_theirs").native
    assert bytes(native.fields["previous_response_id"]) == b'"resp_theirs"'


def test_who_asks_is_named_by_the_extras_else_the_safety_identifier_else_the_user() -> None:
    assert read(user="u", safety_identifier="s", ratchet={"user_id": "r"}).user == "r"
    assert read(user="u", safety_identifier="s").user == "s"
    assert read(user="u").user == "u"
    assert read().user is None


def test_a_kept_conversation_goes_before_what_is_new() -> None:
    history: list[dict[str, Any]] = [
        {"type": "message", "role": "user", "content": "When?"},
        {"type": "reasoning", "id": "rs_theirs", "summary": []},
        {
            "type": "message",
            "id": "msg_theirs",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Monday."}],
        },
        {"type": "function_call", "id": "fc_theirs", "call_id": "a", "name": "f", "arguments": "{}"},
    ]
    new = {"type": "function_call_output", "call_id": "a", "output": "done"}
    request = continued(read(instructions="New.", input=[new], previous_response_id="resp_1"), history)
    request.require_chat()
    said = json.loads(bytes(request.messages))
    assert [message["role"] for message in said] == ["system", "user", "assistant", "tool"]
    assert (said[2]["content"], said[2]["tool_calls"][0]["id"]) == ("Monday.", "a")
    native = json.loads(bytes(request.native.fields["input"]))
    assert [item["type"] for item in native] == ["message", "message", "function_call", "function_call_output"]
    assert not any("id" in item for item in native)
    assert "previous_response_id" not in request.native.fields
    assert request.items == [new]


def test_an_error_in_new_items_counts_from_the_new_ones() -> None:
    history = [{"role": "user", "content": "x"}] * 3
    beyond = continued(read(input=[{"type": "mcp_call"}], previous_response_id="r"), history).beyond
    assert beyond is not None
    assert beyond.field == "input[0].type"
