"""Requests as Converse's, each held against botocore's own model of the service."""

import json
from typing import Any

import pytest

from ratchet_providers.base import ModelRequest, ProviderError
from ratchet_providers.bedrock.families import family_of
from ratchet_providers.bedrock.request import Asked, asked
from tests.unit.providers.bedrock.aws import complaints, operation, serialized

HAIKU = "us.anthropic.claude-haiku-4-5-20251001-v1:0"


NOVA = "amazon.nova-pro-v1:0"


LLAMA = "meta.llama3-3-70b-instruct-v1:0"


USER = {"role": "user", "content": "When?"}


WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def call(id_: str, arguments: str = '{"city": "Ulm"}') -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": "weather", "arguments": arguments}}


CALLED: list[dict[str, Any]] = [
    USER,
    {"role": "assistant", "content": None, "tool_calls": [call("a"), call("b")]},
    {"role": "tool", "tool_call_id": "a", "content": "sunny"},
    {"role": "tool", "tool_call_id": "b", "content": "rain"},
    {"role": "user", "content": "And now?"},
]


def request(messages: Any, model: str = HAIKU, so_far: str = "", **fields: Any) -> ModelRequest:
    return ModelRequest(
        model=model, task_type="chat", messages=messages, document="", fields=fields, so_far=so_far
    )  # fmt: skip


def asking(messages: Any, model: str = HAIKU, so_far: str = "", **fields: Any) -> Asked:
    return asked(request(messages, model, so_far, **fields), family_of(model), {})


def converse(messages: Any, model: str = HAIKU, so_far: str = "", **fields: Any) -> dict[str, Any]:
    """The body, after botocore has had no complaint about it and would send the same."""
    body: dict[str, Any] = json.loads(asking(messages, model, so_far, **fields).body)
    for name in ("Converse", "ConverseStream"):
        assert complaints(operation(name).input_shape, {"modelId": model, **body}) == ""
        assert serialized(model, body, name)[1] == body
    return body


def refusal(messages: Any, model: str = HAIKU, **fields: Any) -> tuple[str, str]:
    with pytest.raises(ProviderError) as failed:
        asking(messages, model, **fields)
    assert failed.value.kind == "unsuited"
    assert failed.value.said is not None
    return failed.value.said.param, failed.value.detail
