"""Tools, the choice among them, and the form of the answer: flat in /v1/responses, nested in chat."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ratchet_router.shapes.responses.body import Item, Text
from ratchet_router.shapes.responses.errors import Beyond, InvalidResponsesError, invalid, named

CHOICES: Final = frozenset({"none", "auto", "required"})


class Kind(msgspec.Struct, frozen=True):
    type: str


class FunctionTool(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    description: str | None = None
    parameters: dict[str, msgspec.Raw] | None = None
    strict: bool | None = None


class ChosenFunction(msgspec.Struct, frozen=True):
    name: str


class AllowedTools(msgspec.Struct, frozen=True):
    mode: str
    tools: list[Item]


_kind = msgspec.json.Decoder(Kind)
_function = msgspec.json.Decoder(FunctionTool)


def chat_tool(tool: msgspec.Raw, at: str) -> Item | Beyond:
    """Raises InvalidResponsesError."""
    try:
        kind = _kind.decode(tool).type
        if kind != "function":
            return Beyond(f"{at}.type", f"{named(kind)} is a tool that chat does not have")
        return {"type": "function", "function": _without_none(_function.decode(tool))}
    except msgspec.ValidationError as error:
        raise invalid(error, at) from None


def _without_none(tool: FunctionTool) -> Item:
    given = {name: getattr(tool, name) for name in tool.__struct_fields__}
    return {name: value for name, value in given.items() if value is not None}


def chat_choice(choice: str | Item) -> Any:
    """As chat writes it, or Beyond. Raises InvalidResponsesError."""
    if isinstance(choice, str):
        if choice not in CHOICES:
            raise InvalidResponsesError("tool_choice", "it is none of none, auto and required, and no object")
        return choice
    kind = choice.get("type")
    try:
        if kind == "function":
            return _function_named(msgspec.convert(choice, ChosenFunction).name)
        if kind == "allowed_tools":
            return _allowed(msgspec.convert(choice, AllowedTools))
    except msgspec.ValidationError as error:
        raise invalid(error, "tool_choice") from None
    return Beyond("tool_choice.type", f"{named(kind)} is a tool that chat does not have")


def _function_named(name: str) -> Item:
    return {"type": "function", "function": {"name": name}}


def _allowed(allowed: AllowedTools) -> Item | Beyond:
    tools = []
    for number, tool in enumerate(allowed.tools):
        at = f"tool_choice.tools[{number}]"
        if tool.get("type") != "function":
            return Beyond(f"{at}.type", f"{named(tool.get('type'))} is a tool that chat does not have")
        if not isinstance(tool.get("name"), str):
            raise InvalidResponsesError(f"{at}.name", "it is missing, or no text")
        tools.append(_function_named(tool["name"]))
    return {"type": "allowed_tools", "allowed_tools": {"mode": allowed.mode, "tools": tools}}


def chat_format(text: Text | None) -> Item | None:
    """`response_format`. Raises InvalidResponsesError."""
    form = text.format if text else None
    if form is None or form.type == "text":
        return None
    if form.type == "json_object":
        return {"type": "json_object"}
    if not form.name or form.schema is None:
        missing = "schema" if form.name else "name"
        raise InvalidResponsesError(f"text.format.{missing}", "it is missing: a json_schema needs a name and a schema")
    schema = {"name": form.name, "schema": form.schema, "strict": form.strict, "description": form.description}
    return {"type": "json_schema", "json_schema": {k: v for k, v in schema.items() if v is not None}}
