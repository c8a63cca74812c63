"""Malformed requests: the field is named, and what was in it is not."""

import json
from typing import Any

import pytest

from ratchet_router.shapes.responses.errors import InvalidResponsesError
from ratchet_router.shapes.responses.read import read_responses
from tests.unit.router.responses.said import body

SECRET = "secret"


def item(**how: Any) -> bytes:
    return body(input=[{"role": "user", "content": "x"}, how])


def part(**how: Any) -> bytes:
    return item(role="user", content=[{"type": "input_text", "text": "x"}, how])


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "body"),
        (b"[1", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'{"model": "auto", "input": "\xff"}', "body"),
        (b'{"model": "auto", "input": "\\ud800"}', "body"),
        (b'{"model": "auto", "input": "x", "temperature": NaN}', "body"),
        (b'{"model": "auto", "input": "x", "tools": [{"a": -Infinity}]}', "body"),
        (b'{"model": "auto", "input": "x", "y": ' + b"[" * 5_000, "body"),
        (b'{"model": "auto", "input": [{"role": "user", "content": ' + b'[{"a":' * 5_000, "body"),
        (b'{"model": "auto", "input": "x", "temperature": 1e999}', "temperature"),
        (body(input=None), "input"),
        (body(input=[]), "input"),
        (body(input={}), "input"),
        (body(input=[SECRET]), "input[0]"),
        (body(input=[{"role": "user", "content": "x"}] * 10_001), "input"),
        (json.dumps({"input": SECRET}).encode(), "model"),
        (body(model=""), "model"),
        (body(model=3), "model"),
        (body(instructions=[SECRET]), "instructions"),
        (item(), "input[1].type"),
        (item(type=3), "input[1].type"),
        (item(role="king", content=SECRET), "input[1].role"),
        (item(role="user"), "input[1].content"),
        (item(role="user", content=7), "input[1].content"),
        (item(role="user", content=[SECRET]), "input[1].content[0]"),
        (item(type="function_call", name="f", arguments="{}"), "input[1].call_id"),
        (item(type="function_call", call_id="a", name="f", arguments={}), "input[1].arguments"),
        (item(type="function_call", call_id="a", name="", arguments="{}"), "input[1].name"),
        (item(type="function_call_output", output=SECRET), "input[1].call_id"),
        (item(type="function_call_output", call_id="a", output={}), "input[1].output"),
        (item(type="function_call_output", call_id="a", output=[{"type": "input_text"}]), "input[1].output[0].text"),
        (item(type="reasoning", summary=SECRET), "input[1].summary"),
        (item(type="reasoning", encrypted_content="ratchet1.secret"), "input[1].encrypted_content"),
        (item(type="reasoning", encrypted_content="ratchet1.ünïcode"), "input[1].encrypted_content"),
        (part(text=SECRET), "input[1].content[1].type"),
        (part(type="input_text"), "input[1].content[1].text"),
        (part(type="input_image"), "input[1].content[1].image_url"),
        (part(type="input_image", image_url=""), "input[1].content[1].image_url"),
        (part(type="input_image", image_url={"url": SECRET}), "input[1].content[1].image_url"),
        (part(type="input_file"), "input[1].content[1].file_data"),
        (part(type="input_audio", input_audio={"data": SECRET}), "input[1].content[1].input_audio.format"),
        (body(tools={}), "tools"),
        (body(tools=[SECRET]), "tools[0]"),
        (body(tools=[{"name": "f"}]), "tools[0].type"),
        (body(tools=[{"type": "function"}]), "tools[0].name"),
        (body(tools=[{"type": "function", "name": "f", "parameters": SECRET}]), "tools[0].parameters"),
        (body(tool_choice=SECRET), "tool_choice"),
        (body(tool_choice={"type": "function"}), "tool_choice.name"),
        (body(tool_choice={"type": "allowed_tools", "mode": "auto"}), "tool_choice.tools"),
        (
            body(tool_choice={"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function"}]}),
            "tool_choice.tools[0].name",
        ),
        (body(text="json"), "text"),
        (body(text={"format": {"type": SECRET}}), "text.format.type"),
        (body(text={"format": {"type": "json_schema", "name": "x"}}), "text.format.schema"),
        (body(text={"format": {"type": "json_schema", "schema": {}}}), "text.format.name"),
        (body(text={"format": {"type": "json_schema", "name": "x", "schema": 3}}), "text.format.schema"),
        (body(reasoning={"effort": 3}), "reasoning.effort"),
        (body(temperature="hot"), "temperature"),
        (body(temperature=2.1), "temperature"),
        (body(top_p=-1), "top_p"),
        (body(top_logprobs=21), "top_logprobs"),
        (body(max_output_tokens=0), "max_output_tokens"),
        (body(metadata={"k": 3}), "metadata[...]"),
        (body(metadata={str(n): "" for n in range(17)}), "metadata"),
        (body(include="x"), "include"),
        (body(truncation=SECRET), "truncation"),
        (body(stream="yes"), "stream"),
        (body(store=1), "store"),
        (body(previous_response_id=""), "previous_response_id"),
        (body(background=True), "background"),
        (body(ratchet={"cache": SECRET}), "ratchet.cache"),
        (body(ratchet={"surprise": 1}), "ratchet"),
    ],
)
def test_a_wrong_field_is_named_and_its_content_is_not_repeated(raw: bytes, field: str) -> None:
    with pytest.raises(InvalidResponsesError) as refused:
        read_responses(raw)
    assert (refused.value.param, refused.value.status) == (field, 400)
    assert SECRET not in refused.value.detail


def test_of_a_key_that_is_there_twice_the_last_counts_everywhere() -> None:
    request = read_responses(b'{"model": "a", "model": "b", "input": "y", "input": "x", "seed": 1, "seed": 2}')
    assert (request.model, bytes(request.native.fields["model"])) == ("b", b'"b"')
    assert bytes(request.fields["seed"]) == b"2"
    assert (request.body.input, bytes(request.native.fields["input"])) == ("x", b'"x"')


def test_a_schema_may_be_as_deep_as_json_may_be() -> None:
    deep = b'{"type":"object","x":' + b'{"x":' * 300 + b"1" + b"}" * 301
    request = read_responses(
        b'{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":' + deep + b"}]}"
    )
    assert deep in bytes(request.fields["tools"])


@pytest.mark.parametrize(
    "raw",
    [
        body(input="x" * 2_000_000),
        body(input=[{"role": "user", "content": [{"type": "input_text", "text": "x" * 180}]}] * 10_000),
        body(
            input=[
                {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "a", "output": "x"},
            ]
            * 5_000
        ),
        body(input=[{"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}] * 10_000),
        body(input=[{"role": "user", "content": [{"type": "input_text", "text": "x"}] * 50_000}]),
    ],
    ids=["two megabytes", "ten thousand messages", "five thousand turns", "one turn", "fifty thousand parts"],
)
def test_much_is_read(raw: bytes) -> None:
    read_responses(raw)
