"""How many characters a model has written: words, thoughts, and what it calls tools with. Pure.

By these its tokens are estimated where its provider counts none.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from ratchet_providers.chat_shape import Chunk, CustomCall, FunctionCall


class Saying(Protocol):
    """A message, or a bit of one. What is no text counts as nothing."""

    @property
    def content(self) -> Any: ...
    @property
    def refusal(self) -> Any: ...
    @property
    def reasoning_content(self) -> Any: ...
    @property
    def reasoning(self) -> Any: ...
    @property
    def tool_calls(self) -> Any: ...


def written_in(chunk: Chunk) -> int:
    """By all of its choices."""
    return written_by(choice.delta for choice in chunk.choices)


def written_by(messages: Iterable[Saying]) -> int:
    return sum(map(_by, messages))


def _by(said: Saying) -> int:
    texts = (said.content, said.refusal, said.reasoning_content or said.reasoning)
    words = sum(len(text) for text in texts if isinstance(text, str))
    return words + sum(map(_by_call, said.tool_calls)) if said.tool_calls else words


def _by_call(call: Any) -> int:
    if isinstance(call.custom, CustomCall):
        return len(call.custom.name or "") + len(call.custom.input or "")
    if isinstance(call.function, FunctionCall):
        return len(call.function.name or "") + len(call.function.arguments or "")
    return 0
