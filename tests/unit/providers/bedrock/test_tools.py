"""What the model may call, and the form that its answer may have."""

import json
from typing import Any

import pytest

from tests.unit.providers.bedrock.aws import complaints, operation
from tests.unit.providers.bedrock.conversing import CALLED, HAIKU, LLAMA, NOVA, USER, WEATHER, asking, converse, refusal


@pytest.mark.parametrize(
    ("choice", "becomes"),
    [
        ("auto", None),
        (None, None),
        ("required", {"any": {}}),
        ({"type": "function", "function": {"name": "weather"}}, {"tool": {"name": "weather"}}),
    ],
)
def test_who_chooses_the_tool(choice: Any, becomes: Any) -> None:
    assert converse([USER], tools=[WEATHER], tool_choice=choice)["toolConfig"].get("toolChoice") == becomes


def test_a_tool_without_description_or_parameters_is_one_all_the_same() -> None:
    bare = {"type": "function", "function": {"name": "now", "description": " ", "strict": True}}
    spec = {"name": "now", "inputSchema": {"json": {"type": "object", "properties": {}}}}
    assert converse([USER], NOVA, tools=[bare])["toolConfig"]["tools"] == [{"toolSpec": spec}]
    assert converse([USER], HAIKU, tools=[bare])["toolConfig"]["tools"] == [{"toolSpec": spec | {"strict": True}}]


ARN = "arn:aws:bedrock:us-east-1:1:application-inference-profile/x"
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def json_schema(strict: bool = True, **schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "city", "schema": CITY | schema, "strict": strict}}


@pytest.mark.parametrize("model", [HAIKU, "openai.gpt-oss-120b-1:0", "qwen.qwen3-32b-v1:0"])
def test_models_that_can_be_held_to_a_schema_are(model: str) -> None:
    its = asking([USER], model, response_format=json_schema())
    body = converse([USER], model, response_format=json_schema())
    told = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (json.loads(told["schema"]), told["name"]) == (CITY, "city")
    assert not its.by_tool
    assert "toolConfig" not in body


@pytest.mark.parametrize(
    ("model", "form", "choice"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", json_schema(), {"tool": {"name": "answer_in_json"}}),
        (NOVA, json_schema(), {"tool": {"name": "answer_in_json"}}),
        ("mistral.mistral-large-2407-v1:0", json_schema(), {"any": {}}),
        (HAIKU, json_schema(strict=False), {"tool": {"name": "answer_in_json"}}),
        (HAIKU, json_schema(minProperties=1), {"tool": {"name": "answer_in_json"}}),
        (HAIKU, {"type": "json_object"}, {"tool": {"name": "answer_in_json"}}),
        (ARN, json_schema(), {"tool": {"name": "answer_in_json"}}),
    ],
)
def test_others_answer_by_a_tool_that_they_must_call(model: str, form: Any, choice: Any) -> None:
    its = asking([USER], model, response_format=form)
    body = json.loads(its.body)
    assert complaints(operation().input_shape, {"modelId": model, **body}) == ""
    assert its.by_tool
    assert body["toolConfig"]["toolChoice"] == choice


def test_beside_the_callers_tools_the_answer_is_one_more() -> None:
    body = converse([USER], NOVA, tools=[WEATHER], response_format=json_schema())
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["weather", "answer_in_json"]
    assert body["toolConfig"]["toolChoice"] == {"any": {}}
    must = asking([USER], NOVA, tools=[WEATHER], tool_choice="required", response_format=json_schema())
    assert not must.by_tool  # a call that must be is the answer
    none = converse(CALLED, NOVA, tools=[WEATHER], tool_choice="none", response_format=json_schema())
    assert [tool["toolSpec"]["name"] for tool in none["toolConfig"]["tools"]] == ["answer_in_json"]
    assert "toolUse" in none["messages"][1]["content"][0]


@pytest.mark.parametrize("model", [LLAMA, "anthropic.claude-opus-5-5", "deepseek.r1-v1:0"])
def test_models_that_can_be_held_to_nothing_say_so(model: str) -> None:
    assert refusal([USER], model, response_format=json_schema())[0] == "response_format"
    assert converse([USER], model, response_format={"type": "text"}) == converse([USER], model)
