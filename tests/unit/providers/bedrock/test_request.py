"""The fields of a chat request as Converse's."""

import json
from typing import Any

import msgspec
import pytest

from ratchet_providers.base import ModelRequest
from ratchet_providers.bedrock.families import family_of
from ratchet_providers.bedrock.request import asked
from tests.unit.providers.bedrock.conversing import HAIKU, LLAMA, NOVA, USER, WEATHER, converse, refusal, request


def test_the_least_that_there_is() -> None:
    assert converse([USER]) == {"messages": [{"role": "user", "content": [{"text": "When?"}]}]}


def test_it_may_come_as_raw_json_too() -> None:
    assert converse(msgspec.Raw(json.dumps([USER]).encode()), max_tokens=msgspec.Raw(b"9")) == {
        "messages": [{"role": "user", "content": [{"text": "When?"}]}],
        "inferenceConfig": {"maxTokens": 9},
    }


@pytest.mark.parametrize(
    ("messages", "fields", "param"),
    [
        ([], {}, "messages"),
        ([{"role": "user", "content": " "}], {}, "messages"),
        ([{"role": "robot", "content": "x"}], {}, "messages[0].role"),
        ([USER, {"role": "tool", "content": "x"}], {}, "messages[1].tool_call_id"),
        ([{"role": "user", "content": 7}], {}, "messages[0].content"),
        ([{"content": "x"}], {}, "messages[0]"),
        ([USER], {"n": 2}, "n"),
        ([USER], {"logprobs": True}, "logprobs"),
        ([USER], {"top_logprobs": 3}, "top_logprobs"),
        ([USER], {"modalities": ["text", "audio"]}, "modalities"),
        ([USER], {"temperature": "hot"}, "temperature"),
        ([USER], {"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type"),
        ([USER], {"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ([USER], {"tools": [WEATHER], "tool_choice": {"type": "allowed_tools"}}, "tool_choice"),
        ([USER], {"response_format": {"type": "grammar"}}, "response_format.type"),
        ([USER], {"response_format": {"type": "json_schema"}}, "response_format.json_schema.schema"),
        ([USER], {"reasoning_effort": "extreme"}, "reasoning_effort"),
        ([USER], {"additionalModelRequestFields": 7}, "additionalModelRequestFields"),
    ],
)
def test_what_cannot_be_is_refused_by_name(messages: Any, fields: dict[str, Any], param: str) -> None:
    named, sentence = refusal(messages, **fields)
    assert named == param
    assert sentence.startswith(param)


SAMPLING: dict[str, Any] = {"temperature": 1.7, "top_p": 0.9, "top_k": 40, "stop": ["END", ""], "max_tokens": 100}


@pytest.mark.parametrize(
    ("model", "inference", "own"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", {"temperature": 1.0, "topP": 0.9}, {"top_k": 40}),
        (HAIKU, {"temperature": 1.0}, {"top_k": 40}),
        ("anthropic.claude-opus-4-7", {}, None),
        (NOVA, {"temperature": 1.0, "topP": 0.9}, {"inferenceConfig": {"topK": 40}}),
        (LLAMA, {"temperature": 1.0, "topP": 0.9}, None),
        ("openai.gpt-oss-120b-1:0", {"temperature": 1.0, "topP": 0.9}, None),
        ("openai.gpt-5.6", {}, None),
    ],
)
def test_each_family_is_told_of_sampling_what_it_takes(model: str, inference: dict[str, Any], own: Any) -> None:
    body = converse([USER], model, **SAMPLING)
    assert body["inferenceConfig"] == {"maxTokens": 100, "stopSequences": ["END"], **inference}
    assert body.get("additionalModelRequestFields") == own


def test_the_newer_name_of_the_limit_goes_first_and_ours_last() -> None:
    assert converse([USER], max_completion_tokens=5, max_tokens=6)["inferenceConfig"] == {"maxTokens": 5}
    ours = ModelRequest(model=HAIKU, task_type="chat", messages=[USER], document="", max_output_tokens=7)
    assert b'"maxTokens":7' in asked(ours, family_of(HAIKU), {}).body


@pytest.mark.parametrize(
    ("messages", "fields", "param"),
    [
        (msgspec.Raw(b'[{"role": "user", "content": "\\ud800"}]'), {}, "messages"),
        ([{"role": "user", "content": "\ud800"}], {}, "messages"),
        (msgspec.Raw(b'[{"role": "user", "content": [{"a":' + b"[" * 100_000), {}, "messages"),
        ([USER], {"tools": msgspec.Raw(b'[{"a":' + b"[" * 100_000)}, "body"),
        ([USER], {"additionalModelRequestFields": msgspec.Raw(b'{"a": "\\ud800"}')}, "body"),
    ],
)
def test_what_cannot_be_read_is_refused(messages: Any, fields: dict[str, Any], param: str) -> None:
    assert refusal(messages, **fields) == (param, f"{param}: it cannot be read as JSON.")


@pytest.mark.parametrize(
    ("model", "stop", "paths"),
    [
        (HAIKU, ["END", "--"], ["/stop_sequence"]),
        (HAIKU, "END", None),
        (HAIKU, ["END", ""], None),
        (NOVA, ["END", "--"], None),
    ],
)
def test_a_model_that_can_is_asked_at_which_of_several_sequences_it_stopped(model: str, stop: Any, paths: Any) -> None:
    assert converse([USER], model, stop=stop).get("additionalModelResponseFieldPaths") == paths


def test_converses_own_fields_pass_and_the_operators_go_first() -> None:
    guard = {"guardrailIdentifier": "abc", "guardrailVersion": "1"}
    own: dict[str, Any] = {
        "additionalModelRequestFields": {"top_k": 7, "beta": ["x"]},
        "requestMetadata": {"team": "red"},
    }
    body = converse([USER], top_k=3, guardrailConfig={"trace": "enabled"}, serviceTier={"type": "flex"}, **own)
    assert body["additionalModelRequestFields"] == {"top_k": 7, "beta": ["x"]}
    assert body["requestMetadata"] == {"team": "red"}
    assert "serviceTier" not in body  # it has another price: only who knows the prices may choose it
    asked_too = asked(request([USER], guardrailConfig={}), family_of(HAIKU), {"guardrailConfig": guard})
    assert json.loads(asked_too.body)["guardrailConfig"] == guard
