"""What cannot be asked of Anthropic's models is refused by its place, and without what stands there."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.anthropic.dialect import ANTHROPICS
from ratchet_providers.anthropic.request import asked
from ratchet_providers.base import ModelRequest, ProviderError
from tests.unit.providers.anthropic_chats import FUNCTION, assistant, refusal, user


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"type": "input_audio", "input_audio": {"data": "AA"}}, "content[0]: Anthropic's models take no"),
        ({"type": "image_url", "image_url": {"url": "ftp://secret"}}, "content[0].image_url.url: it must be a URL"),
        ({"type": "image_url", "image_url": {"url": "data:image/png,x"}}, "content[0].image_url.url: it must be a URL"),
        ({"type": "image_url", "image_url": {"url": "data:image/bmp;base64,x"}}, "content[0].image_url.url: it must"),
        ({"type": "image_url"}, "content[0].image_url.url: it must be a URL"),
        ({"type": "file", "file": {"file_id": "file-9"}}, "content[0].file.file_id: Anthropic has no such file"),
        ({"type": "file", "file": {}}, "content[0].file.file_data: it must be a data URL"),
        ({"type": "file", "file": {"file_data": "data:a/zip;base64,x"}}, "content[0].file.file_data: it must"),
        ({"type": "file", "file": {"file_data": "data:text/csv;base64,/w=="}}, "content[0].file.file_data: it is no"),
        ({"type": "text", "text": 7}, "content[0].text: it must be text"),
        ({"text": "secret"}, "content[0].type: it is missing, or no text"),
        ({"type": {"secret": 1}}, "content[0].type: it is missing, or no text"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_block_is_refused_by_its_place(part: dict[str, Any], why: str) -> None:
    said = refusal(user("hi"), user([part]))
    assert said.startswith(f"messages[1].{why}")
    assert "secret" not in said


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"n": 2}, "n: "),
        ({"logprobs": True}, "logprobs: "),
        ({"top_logprobs": 3}, "top_logprobs: "),
        ({"functions": [{"name": "f"}]}, "functions: "),
        ({"function_call": "auto"}, "function_call: "),
        ({"audio": {"voice": "x"}}, "audio: "),
        ({"web_search_options": {}}, "web_search_options: "),
        ({"stop": "\n"}, "stop: "),
        ({"stop": 7}, "stop: "),
        ({"temperature": "hot"}, "temperature: "),
        ({"max_tokens": "many"}, "max_tokens: "),
        ({"reasoning_effort": "huge"}, "reasoning_effort: "),
        ({"response_format": {"type": "grammar"}}, "response_format.type: "),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.schema: "),
        ({"tools": {}}, "tools: "),
        ({"tools": [{"type": "function"}]}, "tools[0].function.name: "),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": 7}}]}, "tools[0].function.param"),
        ({"tools": [FUNCTION], "tool_choice": "maybe"}, "tool_choice: "),
        ({"tools": [FUNCTION], "tool_choice": {"type": "allowed_tools"}}, "tool_choice: "),
    ],
)  # fmt: skip
def test_a_field_that_asks_for_what_is_not_to_be_had_is_named(fields: dict[str, Any], why: str) -> None:
    assert refusal(**fields).startswith(why)


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([], "messages: nobody says anything"),
        ([user(" \n")], "messages: nobody says anything"),
        ([{"content": "x"}], "messages[0].role: it is missing"),
        ([user("x"), user(7)], "messages[1].content: Expected"),
        ([{"role": "function", "content": "x"}], "messages[0].role: "),
        ([{"role": "tool", "content": "x"}], "messages[0].tool_call_id: it is missing"),
        ([assistant(tool_calls=[{"id": "a", "type": "custom"}])], "messages[0].tool_calls[0].function: it is missing"),
    ],
)
def test_malformed_messages_are_refused_by_their_place(messages: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(ProviderError) as refused:
        asked(ModelRequest(model="m", task_type="chat", messages=messages, document=""), ANTHROPICS)
    assert refused.value.detail.startswith(why)


def test_nesting_without_an_end_is_refused() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    raw = msgspec.Raw(b'[{"role":"user","content":[{"type":"x","y":%b}]}]' % deep.encode())
    with pytest.raises(ProviderError, match="nested too deeply"):
        asked(ModelRequest(model="m", task_type="chat", messages=raw, document=""), ANTHROPICS)
