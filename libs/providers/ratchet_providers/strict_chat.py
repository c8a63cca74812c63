"""Messages that were put into the chat shape from another, as OpenAI takes them, which refuses what it does not know.

What a chat of ours holds beyond OpenAI's: thoughts with signatures, failures of tools, and what tools gave that is no
text. Pure.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

import msgspec

Message = dict[str, Any]
FAILED: Final = "The tool failed."
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
        found.append(_result(message, seen) if message["role"] == "tool" else _known(message, ours))
    return [*found, {"role": "user", "content": seen}] if seen else found


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
        others = [part for part in content if part.get("type") != "text"]
        seen += others
        content = "\n".join(texts) or (BELOW if others else "")
    if message.get("is_error"):
        content = f"{FAILED}\n{content}".rstrip()
    return {name: value for name, value in message.items() if name != "is_error"} | {"content": content}
