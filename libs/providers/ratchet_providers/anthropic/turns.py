"""A chat's messages as Anthropic's turns: what is said to the model apart, tools' results with the user, one turn after
another's."""

import re
import zlib
from collections.abc import Sequence
from typing import Any, Final

from ratchet_providers.anthropic.parts import Block, blocks_of, text_blocks
from ratchet_providers.anthropic.refusing import refused
from ratchet_providers.call_input import object_of
from ratchet_providers.chat_shape import ChatMessage, ToolCall

Turn = dict[str, Any]
NO_ID: Final = re.compile(r"[^a-zA-Z0-9_-]")
NOTHING_SAID: Final = "."  # of a user before whom the assistant speaks: the API wants the first turn to be a user's


def turns_of(messages: Sequence[ChatMessage]) -> tuple[list[Block], list[Turn]]:
    """The system's blocks, wherever they stood, and the turns. Raises ProviderError naming what cannot be."""
    system: list[Block] = []
    turns: list[Turn] = []
    for number, message in enumerate(messages):
        where = f"messages[{number}]"
        if message.role in ("system", "developer"):
            system += blocks_of(message.content, f"{where}.content")
        elif message.role == "user":
            add(turns, "user", blocks_of(message.content, f"{where}.content"))
        elif message.role == "tool":
            add(turns, "user", [_result(message, where)])
        elif message.role == "assistant":
            add(turns, "assistant", _said(message, where))
        else:
            raise refused(f"{where}.role", "it must be system, developer, user, assistant or tool")
    if not turns:
        raise refused("messages", "nobody says anything in them")
    return system, _orderly(turns)


def add(turns: list[Turn], role: str, blocks: list[Block]) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    elif blocks:
        turns.append({"role": role, "content": blocks})


def _orderly(turns: list[Turn]) -> list[Turn]:
    """As the API wants it: results of tools before all else in a turn, and no space at the very end."""
    for turn in turns:
        if turn["role"] == "user":
            turn["content"].sort(key=lambda block: block["type"] != "tool_result")
    last = turns[-1]["content"][-1]
    if turns[-1]["role"] == "assistant" and last["type"] == "text":
        last["text"] = last["text"].rstrip()
    first = [] if turns[0]["role"] == "user" else [{"role": "user", "content": text_blocks(NOTHING_SAID)}]
    return first + turns


def begun(so_far: str, possible: bool) -> list[Block]:
    """What the model has said already, to its last word: the API takes no space at the end.

    Raises ProviderError where it is not possible to go on there.
    """
    if not possible:
        raise refused("messages", "this model cannot go on with an answer that has begun")
    return text_blocks(so_far.rstrip())


def _said(message: ChatMessage, where: str) -> list[Block]:
    signed = [block for block in message.thinking_blocks or () if signed_by_its_model(block)]
    blocks = signed + blocks_of(message.content, f"{where}.content")
    if message.refusal and message.content is None:
        blocks += text_blocks(message.refusal)
    return blocks + [_call(call) for call in message.tool_calls or ()]


def signed_by_its_model(block: dict[str, Any]) -> bool:
    """The API takes a thought back only from whom it comes; what other models thought bears no signature."""
    return bool(block.get("data") if block.get("type") == "redacted_thinking" else block.get("signature"))


def _call(call: ToolCall) -> Block:
    return {
        "type": "tool_use",
        "id": id_of(call.id),
        "name": call.function.name or "",
        "input": object_of(call.function.arguments),
    }


def _result(message: ChatMessage, where: str) -> Block:
    if not message.tool_call_id:
        raise refused(f"{where}.tool_call_id", "it is missing")
    block: Block = {"type": "tool_result", "tool_use_id": id_of(message.tool_call_id)}
    if content := blocks_of(message.content, f"{where}.content"):
        block["content"] = content
    return block | {"is_error": True} if message.is_error else block


def id_of(given: str) -> str:
    """As it is where the API takes it; else one that is as much its own."""
    if given and NO_ID.search(given) is None:
        return given
    return f"{NO_ID.sub('_', given)}_{zlib.crc32(given.encode()):08x}"
