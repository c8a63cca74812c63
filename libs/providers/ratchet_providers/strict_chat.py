"""Messages that were put into the chat shape from another, as OpenAI takes them, which refuses what it does not know.

What a chat of ours holds beyond OpenAI's: thoughts with signatures, failures of tools, what tools gave that is no text,
and marks of where a prompt may be cached up to. Pure.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

import msgspec

Message = dict[str, Any]
FAILED: Final = "The tool failed."
MARK: Final = "cache_control"  # which OpenAI's API has no place for: it caches by itself
BELOW: Final = "What the tool gave stands below."  # where it gave no text
_messages = msgspec.json.Decoder(list[Message])


def as_openai_takes(
    messages: Sequence[Mapping[str, Any]] | msgspec.Raw, *, thoughts: bool, extra: bool = False
) -> list[Message]:
    """`thoughts`: it takes back what it thought, as text. `extra`: it takes `extra_content` back. What a tool gave
    to look at is put to the user's side, after the results, since OpenAI takes images from users alone.
    """
    ours = {"thinking_blocks", *(() if thoughts else ("reasoning_content",)), *(() if extra else ("extra_content",))}
    found: list[Message] = []
    seen: list[Any] = []
    for message in _messages.decode(msgspec.json.encode(messages)):
        if message["role"] != "tool" and seen:
            found.append({"role": "user", "content": seen})
            seen = []
        found.append(_result(message, seen) if message["role"] == "tool" else _unmarked(_known(message, ours)))
    return [*found, {"role": "user", "content": seen}] if seen else found


def unmarked_tools(tools: Any) -> Any:
    """Those of a request, without marks."""
    raw = msgspec.json.encode(tools)
    if MARK.encode() not in raw:
        return tools
    return [_without_mark(tool) for tool in msgspec.json.decode(raw, type=list[dict[str, Any]])]


def _without_mark(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != MARK}


def _unmarked(message: Message) -> Message:
    """A text that only its mark made a part is a text again."""
    content = message.get("content")
    if not isinstance(content, list) or not any(MARK in part for part in content):
        return message
    parts = [_without_mark(part) for part in content]
    is_text = (len(parts) == 1 or message["role"] == "assistant") and all(part.get("type") == "text" for part in parts)
    return message | {"content": "".join(part["text"] for part in parts) if is_text else parts}


def _known(message: Message, ours: Set[str]) -> Message:
    known = {name: value for name, value in message.items() if name not in ours}
    if calls := known.get("tool_calls"):
        known["tool_calls"] = [{name: value for name, value in call.items() if name not in ours} for call in calls]
    return known


def _result(message: Message, seen: list[Any]) -> Message:
    """Adds to `seen` what is no text."""
    content = message.get("content") or ""
    if isinstance(content, list):
        texts = [part["text"] for part in content if part.get("type") == "text"]
        others = [_without_mark(part) for part in content if part.get("type") != "text"]
        seen += others
        content = "\n".join(texts) or (BELOW if others else "")
    if message.get("is_error"):
        content = f"{FAILED}\n{content}".rstrip()
    return {name: value for name, value in message.items() if name != "is_error"} | {"content": content}
