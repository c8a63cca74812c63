"""Requests in the chat shape, on their way to Anthropic."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.anthropic.dialect import ANTHROPICS, Dialect, dialect_of
from ratchet_providers.anthropic.request import asked
from ratchet_providers.base import ModelRequest, ProviderError
from tests.unit.providers.anthropic_types import wrong_in_request

OLD = dialect_of("claude-3-5-haiku-latest")
THINKER = dialect_of("claude-sonnet-4-5")
NEW = dialect_of("claude-opus-5-5")
FUNCTION = {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
IN_SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: Any = None, **how: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **how}


def called(id_: str, arguments: str = "{}") -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": "look", "arguments": arguments}}


def result(id_: str, content: Any = "seen") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": content}


def request(*messages: dict[str, Any], **fields: Any) -> ModelRequest:
    return ModelRequest(
        model="claude-x", task_type="chat", messages=messages or [user("When?")], document="", fields=fields
    )


def body(*messages: dict[str, Any], dialect: Dialect = ANTHROPICS, **fields: Any) -> dict[str, Any]:
    """Checked by the types of Anthropic's own client."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(asked(request(*messages, **fields), dialect).body))
    assert wrong_in_request(found) == []
    return found


def refusal(*messages: dict[str, Any], dialect: Dialect = ANTHROPICS, **fields: Any) -> str:
    with pytest.raises(ProviderError) as refused:
        asked(request(*messages, **fields), dialect)
    error = refused.value
    assert (error.kind, error.retryable, error.said and error.said.message) == ("unsuited", False, error.detail)
    return error.detail
