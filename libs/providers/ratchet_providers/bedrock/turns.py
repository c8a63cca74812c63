"""A chat's messages as Converse's turns: the system's words apart, tools' results with the user, one after another."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Final

from ratchet_providers.bedrock.families import Family
from ratchet_providers.bedrock.parts import Block, Parts, text_blocks
from ratchet_providers.bedrock.refusing import refused
from ratchet_providers.call_input import object_of
from ratchet_providers.chat_shape import ChatMessage, ToolCall

Turn = dict[str, Any]
NOTHING_SAID: Final = "."  # of a user before whom the assistant speaks: Converse wants the first turn to be a user's
NOTHING_CAME: Final = "(no output)"  # of a tool: Converse takes no result without a word
SEE_DOCUMENT: Final = "See the document."  # Converse takes no document without a word beside it
ID: Final = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
SHORT_ID: Final = re.compile(r"[a-zA-Z0-9]{9}")


def turns_of(
    messages: Sequence[ChatMessage], family: Family, *, with_tools: bool = True
) -> tuple[list[Block], list[Turn]]:
    """The system's blocks, wherever they stood, and the turns. Raises ProviderError naming what cannot be.

    Without tools in a request Converse takes no calls of tools in its history: they become text.
    """
    writing = _Writing(family, with_tools)
    system: list[Block] = []
    turns: list[Turn] = []
    for number, message in enumerate(messages):
        where = f"messages[{number}]"
        if message.role in ("system", "developer"):
            system += writing.parts.blocks(message.content, f"{where}.content")
        elif message.role == "user":
            _add(turns, "user", writing.parts.blocks(message.content, f"{where}.content"))
        elif message.role == "tool":
            _add(turns, "user", writing.result(message, where))
        elif message.role == "assistant":
            _add(turns, "assistant", writing.said(message, where))
        else:
            raise refused(f"{where}.role", "it must be system, developer, user, assistant or tool")
    if not turns and not system:
        raise refused("messages", "nobody says anything in them")
    return system, _orderly(turns)


def _add(turns: list[Turn], role: str, blocks: list[Block]) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    elif blocks:
        turns.append({"role": role, "content": blocks})


def _orderly(turns: list[Turn]) -> list[Turn]:
    """As Converse wants it: a user first, results before all else in a turn, no space at the very end."""
    for turn in turns:
        if turn["role"] == "user":
            content: list[Block] = turn["content"]
            content.sort(key=lambda block: "toolResult" not in block)
            if any("document" in block for block in content) and not any("text" in block for block in content):
                content += text_blocks(SEE_DOCUMENT)
    if not turns or turns[0]["role"] != "user":
        turns.insert(0, {"role": "user", "content": text_blocks(NOTHING_SAID)})
    last = turns[-1]["content"][-1]
    if turns[-1]["role"] == "assistant" and "text" in last:
        last["text"] = last["text"].rstrip()
    return turns


class _Writing:
    def __init__(self, family: Family, with_tools: bool) -> None:
        self.parts = Parts(caches=family.caches)
        self._family, self._with_tools = family, with_tools

    def said(self, message: ChatMessage, where: str) -> list[Block]:
        blocks = _thoughts(message) if self._family.keeps_thoughts else []
        blocks += self.parts.blocks(message.content, f"{where}.content")
        if message.refusal and message.content is None:
            blocks += text_blocks(message.refusal)
        return blocks + [self._call(call) for call in message.tool_calls or ()]

    def _call(self, call: ToolCall) -> Block:
        name, arguments = call.function.name or "", call.function.arguments or ""
        if not self._with_tools:
            return {"text": f"[I called the tool {name} with {arguments.strip() or '{}'}]"}
        return {"toolUse": {"toolUseId": self._id(call.id), "name": name, "input": object_of(arguments)}}

    def result(self, message: ChatMessage, where: str) -> list[Block]:
        if not message.tool_call_id:
            raise refused(f"{where}.tool_call_id", "it is missing")
        blocks = self.parts.blocks(message.content, f"{where}.content")
        content = [block for block in blocks if "cachePoint" not in block] or text_blocks(NOTHING_CAME)
        points = [block for block in blocks if "cachePoint" in block]
        if not self._with_tools:
            return [*text_blocks("[The tool gave this:]"), *content, *points]
        failed = {"status": "error"} if message.is_error and self._family.marks_errors else {}
        return [{"toolResult": {"toolUseId": self._id(message.tool_call_id), "content": content, **failed}}, *points]

    def _id(self, given: str) -> str:
        """Another provider's may not fit; two that differ stay different."""
        if (SHORT_ID if self._family.short_ids else ID).fullmatch(given):
            return given
        return hashlib.sha256(given.encode()).hexdigest()[: 9 if self._family.short_ids else 32]


def _thoughts(message: ChatMessage) -> list[Block]:
    """A model takes back only what it has signed: another's thoughts bear no signature."""
    found: list[Block] = []
    for block in message.thinking_blocks or ():
        if block.get("type") == "redacted_thinking" and block.get("data"):
            found.append({"reasoningContent": {"redactedContent": block["data"]}})
        elif block.get("signature"):
            text = {"text": block.get("thinking") or "", "signature": block["signature"]}
            found.append({"reasoningContent": {"reasoningText": text}})
    return found
