"""Functions that a model may call, and whether it must, as Gemini is told of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_providers.chat_shape import ChatFields, Tool
from ratchet_providers.gemini.refusing import refused

_encode = msgspec.json.Encoder().encode
MODES: Final[Mapping[str, str]] = {"auto": "AUTO", "none": "NONE", "required": "ANY"}


class _Named(msgspec.Struct, frozen=True):
    name: str


class _Of(msgspec.Struct, frozen=True):
    """One function, or the one that a choice names."""

    type: str
    function: _Named


class _Allowed(msgspec.Struct, frozen=True):
    mode: str
    tools: list[_Of]


class _OfAllowed(msgspec.Struct, frozen=True):
    allowed_tools: _Allowed


def tools_of(fields: ChatFields) -> dict[str, Any]:
    """`tools` and `toolConfig`, as far as there are any. Raises ProviderError.

    `strict` has no counterpart: Gemini keeps to the schema where a call is required, and does its best elsewhere.
    """
    if not fields.tools:
        return {}
    said: dict[str, Any] = {"tools": [{"functionDeclarations": declarations(fields.tools)}]}
    if (choice := _chosen(fields.tool_choice)) is not None:
        said["toolConfig"] = {"functionCallingConfig": choice}
    return said


def one_at_a_time(given: Mapping[str, Any]) -> bool:
    """Whether a request's fields say that the caller takes one call at a time.

    Gemini cannot be told so, and decides how many functions it calls: the answer is cut to the first, and what it still
    wants it asks for in its next turn.
    """
    return _encode(given.get("parallel_tool_calls")) == b"false"


def declarations(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    return [_declared(tool, f"tools[{number}]") for number, tool in enumerate(tools)]


def _declared(tool: Tool, where: str) -> dict[str, Any]:
    if tool.type != "function":
        raise refused(f"{where}.type", "must be function: Gemini is given no other tools here.")
    declared: dict[str, Any] = {"name": tool.function.name}
    if tool.function.description:
        declared["description"] = tool.function.description
    if tool.function.parameters:
        declared["parametersJsonSchema"] = tool.function.parameters
    return declared


def _chosen(choice: str | Mapping[str, Any] | None) -> dict[str, Any] | None:
    if choice is None or choice == "auto":
        return None
    if isinstance(choice, str):
        if choice not in MODES:
            raise refused("tool_choice", "must be auto, none, required, or name a function.")
        return {"mode": MODES[choice]}
    try:
        if choice.get("type") == "allowed_tools":
            return _allowed(msgspec.convert(choice, _OfAllowed).allowed_tools)
        return {"mode": "ANY", "allowedFunctionNames": [msgspec.convert(choice, _Of).function.name]}
    except msgspec.ValidationError as error:
        raise refused("tool_choice", f"names no function: {str(error).replace('$', 'tool_choice')}.") from None


def _allowed(allowed: _Allowed) -> dict[str, Any]:
    """VALIDATED leaves the model the choice between these and text."""
    mode = "ANY" if allowed.mode == "required" else "VALIDATED"
    return {"mode": mode, "allowedFunctionNames": [tool.function.name for tool in allowed.tools]}
