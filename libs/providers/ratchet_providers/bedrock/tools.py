"""What the model may call, and the form that its answer may have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_providers.bedrock.families import Family
from ratchet_providers.bedrock.parts import cache_point
from ratchet_providers.bedrock.refusing import refused
from ratchet_providers.chat_shape import JsonSchema, ResponseFormat

Tool = dict[str, Any]
Choice = dict[str, Any]  # Converse's toolChoice; empty where the model chooses
ANSWER: Final = "answer_in_json"  # the tool whose input is the answer, where nothing else makes one JSON
ABOUT_ANSWER: Final = "Give the whole answer as the input of this."
BOUNDS: Final = re.compile(  # of JSON Schema, which Bedrock's structured outputs refuse
    rb'"(?:exclusiveM|m)(?:in|ax)imum"|"multipleOf"|"(?:min|max)(?:Length|Items|Properties|Contains)"|"uniqueItems"'
)


@dataclass(frozen=True, slots=True)
class Called:
    """`config` and `form` are Converse's toolConfig and outputConfig. `forced`: the model must call. `by_tool`: the
    input of the tool `ANSWER` is the answer's text.
    """

    config: dict[str, Any]
    form: dict[str, Any]
    forced: bool = False
    by_tool: bool = False


def called(
    given: Sequence[Mapping[str, Any]],
    choice: str | Mapping[str, Any] | None,
    form: ResponseFormat | None,
    family: Family,
) -> Called:
    """Raises ProviderError naming the field that cannot be."""
    tools = [] if choice == "none" else _tools(given, family)
    chosen = _choice(choice) if tools else {}
    schema = _schema(form)
    if schema is None or chosen:  # a call that must be is the answer
        return Called(_config(tools, chosen), {}, forced=bool(chosen))
    if _held(schema, family):
        return Called(_config(tools, chosen), {"textFormat": _text_format(schema)})
    if not family.forcing:
        raise refused("response_format", "this model cannot be held to it: ask another, or without it")
    only = not tools and family.forcing == "tool"
    forcing: Choice = {"tool": {"name": ANSWER}} if only else {"any": {}}
    return Called(_config([*tools, _answer(schema)], forcing), {}, forced=True, by_tool=True)


def _tools(given: Sequence[Mapping[str, Any]], family: Family) -> list[Tool]:
    found: list[Tool] = []
    for number, tool in enumerate(given):
        found.append(_tool(tool, f"tools[{number}]", family))
        found += cache_point(tool) if family.caches else []
    return found


def _tool(tool: Mapping[str, Any], where: str, family: Family) -> Tool:
    function = tool.get("function")
    if tool.get("type", "function") != "function" or not isinstance(function, dict):
        raise refused(f"{where}.type", "Bedrock knows functions alone")
    if not isinstance(name := function.get("name"), str):
        raise refused(f"{where}.function.name", "it is missing")
    parameters = function.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise refused(f"{where}.function.parameters", "it must be a JSON Schema")
    found: Tool = {"name": name, "inputSchema": {"json": {"type": "object", "properties": {}, **(parameters or {})}}}
    if isinstance(about := function.get("description"), str) and about.strip():
        found["description"] = about
    if function.get("strict") is True and family.schemas:
        found["strict"] = True
    return {"toolSpec": found}


def _choice(given: str | Mapping[str, Any] | None) -> Choice:
    if given in (None, "auto"):
        return {}
    if given == "required":
        return {"any": {}}
    function = given.get("function") if isinstance(given, Mapping) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise refused("tool_choice", "it must be auto, none, required, or one function")
    return {"tool": {"name": function["name"]}}


def _schema(form: ResponseFormat | None) -> JsonSchema | None:
    """Any JSON is a schema without a schema."""
    if form is None or form.type == "text":
        return None
    if form.type == "json_object":
        return JsonSchema()
    if form.type != "json_schema":
        raise refused("response_format.type", "it must be text, json_object or json_schema")
    if form.json_schema is None or form.json_schema.schema is None:
        raise refused("response_format.json_schema.schema", "it is missing")
    return form.json_schema


def _held(form: JsonSchema, family: Family) -> bool:
    """Bedrock holds a model to closed schemas without bounds: what strict ones are. Others go by a tool if they can."""
    if not family.schemas or form.schema is None:
        return False
    return not family.forcing or (form.strict is True and not BOUNDS.search(msgspec.json.encode(form.schema)))


def _text_format(form: JsonSchema) -> dict[str, Any]:
    named = {"name": form.name, "description": form.description or ""}
    schema = {"schema": msgspec.json.encode(form.schema).decode()}
    about = {name: value for name, value in named.items() if value}
    return {"type": "json_schema", "structure": {"jsonSchema": schema | about}}


def _answer(form: JsonSchema) -> Tool:
    about = f"{form.description} {ABOUT_ANSWER}" if form.description else ABOUT_ANSWER
    schema = {"type": "object", **(form.schema or {})}
    return {"toolSpec": {"name": ANSWER, "description": about, "inputSchema": {"json": schema}}}


def _config(tools: Sequence[Tool], choice: Choice) -> dict[str, Any]:
    if not tools:
        return {}
    return {"tools": list(tools)} | ({"toolChoice": choice} if choice else {})
