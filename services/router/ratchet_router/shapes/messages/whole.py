"""A chat completion as a message of Anthropic's. Pure."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.carried_calls import carrying
from ratchet_providers.chat_shape import Completion, FunctionCall, Message, SaidCall

Block = dict[str, Any]
REASONS: Final = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
NOT_JSON: Final = "INVALID_JSON"  # as Anthropic advises to say that a model's input for a tool is no object of JSON
T = TypeVar("T")
_completion = msgspec.json.Decoder(Completion)
_object = msgspec.json.Decoder(dict[str, Any])


def message_of(body: Mapping[str, msgspec.Raw], usage: Usage, *, message_id: str, model: str) -> dict[str, Any]:
    """`body`: a completion's, with a choice: the first is all that this shape has. `model`: what the caller is told.

    Raises msgspec.DecodeError for what is no completion.
    """
    choice = _completion.decode(msgspec.json.encode(body)).choices[0]
    said = choice.message
    return {
        **opening(message_id, model),
        "content": _blocks(said),
        **ending(
            choice.finish_reason or "",
            choice.stop_reason,
            called=bool(_set(said.tool_calls)),
            refused=bool(_set(said.refusal)),
        ),
        "usage": counts(usage),
    }


def text_message(output: str, finish: str, usage: Usage, *, message_id: str, model: str) -> dict[str, Any]:
    """For an answer that has no body, such as a student's."""
    said = {"content": text_blocks(output), **ending(finish, None, called=False, refused=False)}
    return {**opening(message_id, model), **said, "usage": counts(usage)}


def opening(message_id: str, model: str) -> dict[str, Any]:
    """A message of which nothing is there yet."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counts(Usage()),
    }


def ending(finish: str, stop: Any, *, called: bool, refused: bool) -> dict[str, Any]:
    """`stop`: text where a stop sequence ended it; empty where nobody knows which."""
    reason = reason_of(finish, called=called, refused=refused)
    if reason == "end_turn" and isinstance(stop, str):
        return {"stop_reason": "stop_sequence", "stop_sequence": stop or None}
    return {"stop_reason": reason, "stop_sequence": None}


def reason_of(finish: str, *, called: bool, refused: bool) -> str:
    """Many say `stop` where they call tools, or refuse: callers of this shape look at the reason alone."""
    if finish in ("stop", "") and (called or refused):
        return "tool_use" if called else "refusal"
    return REASONS.get(finish, "end_turn")


def counts(usage: Usage) -> dict[str, Any]:
    """Anthropic's `input_tokens` are those that no cache had a part in."""
    cached, cached_anew = usage.cached_tokens, usage.cache_written_tokens
    found: dict[str, Any] = {
        "input_tokens": max(0, usage.input_tokens - cached - cached_anew),
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": cached_anew,
    }
    if usage.reasoning_tokens:
        found["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return found


def text_blocks(text: str) -> list[Block]:
    return [{"type": "text", "text": text}] if text else []


def _blocks(said: Message) -> list[Block]:
    thoughts: list[Block] = list(_set(said.thinking_blocks) or [])
    if not thoughts and (reasoning := _set(said.reasoning_content)):
        thoughts = [{"type": "thinking", "thinking": reasoning, "signature": ""}]
    words = text_blocks((said.content or "") + (_set(said.refusal) or ""))
    return [*thoughts, *words, *map(_call, _set(said.tool_calls) or ())]


def _call(call: SaidCall) -> Block:
    """Of a function: who calls a custom tool is no model for callers of this shape (`ratchet_providers`)."""
    function, call_id = _set(call.function) or FunctionCall(), carrying(call.id, call.extra_content)
    return {"type": "tool_use", "id": call_id, "name": function.name or "", "input": _input(function)}


def _input(function: FunctionCall) -> Any:
    try:
        _object.decode(function.arguments or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {NOT_JSON: function.arguments}
    return msgspec.Raw((function.arguments or "{}").encode())


def _set(value: T | msgspec.UnsetType | None) -> T | None:
    return None if isinstance(value, msgspec.UnsetType) else value
