"""A request in the chat shape as a body of Anthropic's messages. Pure."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_providers.anthropic.dialect import Dialect
from ratchet_providers.anthropic.fields import Fields, caller, read_fields, sampling, stops
from ratchet_providers.anthropic.refusing import invalid, refused
from ratchet_providers.anthropic.schemas import closed
from ratchet_providers.anthropic.thinking import thinking_of
from ratchet_providers.anthropic.tools import answer_format, answering_by_tool, choice_of, tools_of
from ratchet_providers.anthropic.turns import Turn, add, begun, turns_of
from ratchet_providers.base import ModelRequest
from ratchet_providers.chat_shape import ChatMessage
from ratchet_providers.usage import estimated_tokens

Body = dict[str, Any]
IN_JSON: Final = "Answer with one JSON object, and nothing before or after it."

_messages = msgspec.json.Decoder(list[ChatMessage])
_object = msgspec.json.Decoder(dict[str, Any])
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Asked:
    """`by_tool`: the answer's text is the input of the tool `tools.ANSWER`."""

    body: Body
    by_tool: bool = False


def asked(request: ModelRequest, dialect: Dialect) -> Asked:
    """Raises ProviderError naming the field for which Anthropic has no place."""
    fields = read_fields(request.fields)
    try:
        system, turns = turns_of(_messages.decode(_encode(request.messages)))
        tools = tools_of(fields.tools, dialect)
        body = {"model": request.model, "max_tokens": 0, **fields.others, "system": system, "messages": turns}
        body |= sampling(fields.known, dialect) | stops(fields.known) | caller(fields.known)
        body["max_tokens"] = most_tokens(fields.most or request.max_output_tokens, request.so_far, dialect)
        by_tool = _forms(body, fields, tools, dialect)
        if not by_tool and not request.so_far:
            _think(body, fields, turns, dialect, told=bool(fields.most or request.max_output_tokens))
    except msgspec.ValidationError as error:
        raise invalid(error, "messages") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise refused("body", "it is nested too deeply, or no JSON in UTF-8") from None
    if request.so_far:
        add(turns, "assistant", begun(request.so_far, dialect.continues and not by_tool))
    return Asked({name: value for name, value in body.items() if value not in ([], {})}, by_tool)


def most_tokens(told: int | None, so_far: str, dialect: Dialect) -> int:
    return max(1, told - estimated_tokens(len(so_far))) if told else dialect.most_tokens


def _forms(body: Body, fields: Fields, tools: list[dict[str, Any]], dialect: Dialect) -> bool:
    """Adds tools, choice and the answer's form. Whether the answer comes by a tool."""
    choice = choice_of(fields.known.tool_choice, fields.known.parallel_tool_calls) if tools else {}
    forced = choice.get("type") in ("any", "tool")
    if forced and not dialect.forces:
        raise refused("tool_choice", "this model cannot be made to call a tool: it takes auto or none")
    schema = answer_format(fields.known.response_format)
    by_tool = False
    if schema and dialect.structured:
        form = {"format": {"type": "json_schema", "schema": closed(schema)}}
        body["output_config"] = _object.decode(_encode(body.get("output_config", {}))) | form
    elif schema is not None and not forced:
        by_tool = dialect.forces
        if by_tool:
            tools, choice = answering_by_tool(schema, tools, choice)
        else:
            body["system"].append({"type": "text", "text": IN_JSON})
    body["tools"], body["tool_choice"] = tools, choice
    return by_tool


def _think(body: Body, fields: Fields, turns: list[Turn], dialect: Dialect, *, told: bool) -> None:
    """Who must call a tool cannot think before; who thinks is not told how to sample."""
    if "thinking" in body or body["tool_choice"].get("type") in ("any", "tool"):
        return
    found = thinking_of(fields.known.reasoning_effort, dialect, turns, most=body["max_tokens"], told=told)
    if config := found.pop("output_config", None):
        body["output_config"] = _object.decode(_encode(body.get("output_config", {}))) | config
    body |= found
    if found.get("thinking", {}).get("type") in ("enabled", "adaptive"):
        for name in ("temperature", "top_p", "top_k"):
            body.pop(name, None)
