"""What the model may call, and the forms that its answer may have."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_providers.anthropic.dialect import Dialect
from ratchet_providers.anthropic.refusing import refused
from ratchet_providers.anthropic.schemas import closed
from ratchet_providers.chat_shape import ResponseFormat

Tool = dict[str, Any]
ANSWER: Final = "answer_in_json"  # the tool whose input is the answer, where nothing else makes one JSON
ABOUT_ANSWER: Final = "Give the whole answer as the input of this."
CHOICES: Final = {"auto": "auto", "none": "none", "required": "any"}


def tools_of(given: Sequence[Mapping[str, Any]], dialect: Dialect) -> list[Tool]:
    """Functions become Anthropic's tools; what is a tool of its own kind already is sent as it came."""
    return [_tool(tool, f"tools[{number}]", dialect) for number, tool in enumerate(given)]


def _tool(tool: Mapping[str, Any], where: str, dialect: Dialect) -> Tool:
    if tool.get("type", "function") != "function":
        return dict(tool)
    function = tool.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise refused(f"{where}.function.name", "it is missing")
    found: Tool = {"name": function["name"], "input_schema": _input(function.get("parameters"), where)}
    if function.get("description"):
        found["description"] = function["description"]
    if function.get("strict") is True and dialect.structured:
        found |= {"strict": True, "input_schema": closed(found["input_schema"])}
    if tool.get("cache_control"):
        found["cache_control"] = tool["cache_control"]
    return found


def _input(parameters: Any, where: str) -> dict[str, Any]:
    if parameters is None:
        return {"type": "object", "properties": {}}
    if not isinstance(parameters, dict):
        raise refused(f"{where}.function.parameters", "it must be a JSON Schema")
    return parameters if "type" in parameters else {"type": "object", **parameters}


def choice_of(given: str | Mapping[str, Any] | None, parallel: bool | None) -> dict[str, Any]:
    """Nothing where the caller left both to the model."""
    choice: dict[str, Any] = {}
    if isinstance(given, str):
        if given not in CHOICES:
            raise refused("tool_choice", "it must be auto, none, required, or the name of a function")
        choice = {"type": CHOICES[given]}
    elif given is not None:
        function = given.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(name, str):
            raise refused("tool_choice", "Anthropic's models take auto, none, required, or one function")
        choice = {"type": "tool", "name": name}
    if parallel is False and choice.get("type") != "none":
        choice = {"type": "auto", **choice, "disable_parallel_tool_use": True}
    return choice


def answer_format(given: ResponseFormat | None) -> dict[str, Any] | None:
    """The schema of the answer: {} for any JSON, None for text."""
    if given is None or given.type == "text":
        return None
    if given.type == "json_object":
        return {}
    if given.type != "json_schema":
        raise refused("response_format.type", "it must be text, json_object or json_schema")
    if given.json_schema is None or given.json_schema.schema is None:
        raise refused("response_format.json_schema.schema", "it is missing")
    return given.json_schema.schema


def answering_by_tool(
    schema: Mapping[str, Any], tools: Sequence[Tool], choice: Mapping[str, Any]
) -> tuple[list[Tool], dict[str, Any]]:
    """The tools and the choice with which the answer, if it is no call of the caller's tools, is JSON."""
    answer = {"name": ANSWER, "description": ABOUT_ANSWER, "input_schema": {"type": "object", **schema}}
    if not tools or choice.get("type") == "none":
        return [*tools, answer], {"type": "tool", "name": ANSWER, "disable_parallel_tool_use": True}
    return [*tools, answer], {**choice, "type": "any"}
