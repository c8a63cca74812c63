"""Anthropic's fields as those of a chat request."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_router.shapes.messages.body import Body, Format, ToolChoice
from ratchet_router.shapes.messages.invalid import InvalidMessagesError

Fields = dict[str, Any]
# Read here, or without a say in what is answered. All others go on as they are: who does not know one says so.
KNOWN: Final = frozenset({
    "model", "messages", "system", "max_tokens", "stream", "metadata", "stop_sequences", "temperature", "top_p",
    "top_k", "tools", "tool_choice", "thinking", "output_config", "output_format", "cache_control", "service_tier",
    "inference_geo", "speed", "diagnostics", "context_management", "container", "user_profile_id", "workspace_id",
    "ratchet",
})  # fmt: skip
CHOICES: Final = {"auto": "auto", "any": "required", "none": "none"}
EFFORTS: Final = {"low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "xhigh"}
BUDGETS: Final = ((2_048, "low"), (8_192, "medium"))  # tokens of thought up to which an effort is that small


def chat_fields(body: Body, given: Mapping[str, msgspec.Raw]) -> Fields:
    """Raises InvalidMessagesError. The limit of the output is none of them: each provider calls it something else."""
    found: Fields = {name: value for name, value in given.items() if name not in KNOWN}
    for name in ("temperature", "top_p", "top_k"):
        if (value := getattr(body, name)) is not None:
            found[name] = value
    if body.stop_sequences:
        found["stop"] = body.stop_sequences
    if body.metadata and body.metadata.user_id:
        found["user"] = body.metadata.user_id
    if effort := _effort(body):
        found["reasoning_effort"] = effort
    if form := (body.output_config and body.output_config.format) or body.output_format:
        found["response_format"] = _form(form)
    return found | _tools(body)


def _tools(body: Body) -> Fields:
    found: Fields = {}
    if body.tools:
        found["tools"] = [_tool(tool, f"tools[{number}]") for number, tool in enumerate(body.tools)]
    if body.tools and body.tool_choice:
        found["tool_choice"] = _choice(body.tool_choice)
        if body.tool_choice.disable_parallel_tool_use:
            found["parallel_tool_calls"] = False
    return found


def _tool(tool: dict[str, Any], where: str) -> Fields:
    """A tool of Anthropic's own (by its type) stays as it is."""
    if tool.get("type", "custom") not in ("custom", None):
        return tool
    name, schema = tool.get("name"), tool.get("input_schema")
    if not isinstance(name, str) or not name:
        raise InvalidMessagesError(f"{where}.name", "it must be text")
    if not isinstance(schema, dict):
        raise InvalidMessagesError(f"{where}.input_schema", "it must be a JSON Schema")
    function: Fields = {"name": name, "parameters": schema}
    for field in ("description", "strict"):
        if tool.get(field) is not None:
            function[field] = tool[field]
    marked = {"cache_control": tool["cache_control"]} if isinstance(tool.get("cache_control"), dict) else {}
    return {"type": "function", "function": function, **marked}


def _choice(choice: ToolChoice) -> str | Fields:
    if choice.type != "tool":
        return CHOICES[choice.type]
    if not choice.name:
        raise InvalidMessagesError("tool_choice.name", "it is missing")
    return {"type": "function", "function": {"name": choice.name}}


def _effort(body: Body) -> str | None:
    """None where the model is left to itself: not every one can be told how hard to think."""
    thinking, config = body.thinking, body.output_config
    if thinking and thinking.type == "enabled":
        budget = thinking.budget_tokens or 0
        return next((effort for most, effort in BUDGETS if budget <= most), "high")
    if config is None or config.effort is None or (thinking and thinking.type == "disabled"):
        return None
    if config.effort not in EFFORTS:
        raise InvalidMessagesError("output_config.effort", f"it must be one of {', '.join(EFFORTS)}")
    return EFFORTS[config.effort]


def _form(form: Format) -> Fields:
    if form.type != "json_schema" or form.schema is None:
        raise InvalidMessagesError("output_config.format", "it must be of type json_schema and hold a schema")
    named = {"name": "answer", "schema": form.schema, "strict": _strict(form.schema)}
    return {"type": "json_schema", "json_schema": named}


def _strict(schema: Any) -> bool:
    """Whether it is one that OpenAI's models can be held to: closed objects, and all that they name is there."""
    if isinstance(schema, list):
        return all(map(_strict, schema))
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object":
        properties, required = schema.get("properties") or {}, schema.get("required") or []
        if schema.get("additionalProperties") is not False or set(properties) != set(required):
            return False
    return all(map(_strict, schema.values()))
