"""The chunks of a stream put together to the answer that they make up, in the chat shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.chat_shape import Chunk, ChunkChoice, ToolCallDelta


@dataclass(slots=True)
class _Call:
    id: str = ""
    type: str = "function"
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def add(self, delta: ToolCallDelta) -> None:
        self.id = delta.id or self.id
        self.type = delta.type or self.type
        self.extra |= delta.extra_content or {}
        if delta.function is not None:
            self.name = delta.function.name or self.name
            self.arguments.append(delta.function.arguments or "")

    def whole(self) -> dict[str, Any]:
        said = {"name": self.name, "arguments": "".join(self.arguments)}
        whole = {"id": self.id, "type": self.type, "function": said}
        return whole | {"extra_content": self.extra} if self.extra else whole


@dataclass(slots=True)
class _Choice:
    content: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    calls: dict[int, _Call] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    logprobs: list[msgspec.Raw] = field(default_factory=list)
    finish: str | None = None

    def add(self, choice: ChunkChoice) -> None:
        delta = choice.delta
        if delta.content:
            self.content.append(delta.content)
        if delta.refusal:
            self.refusal.append(delta.refusal)
        if thought := delta.reasoning_content or delta.reasoning:
            self.reasoning.append(thought)
        self.blocks += delta.thinking_blocks or []
        self.images += delta.images or []
        self.extra |= delta.extra_content or {}
        for call in delta.tool_calls or []:
            number = call.index if call.index is not None else len(self.calls)
            self.calls.setdefault(number, _Call()).add(call)
        if isinstance(choice.logprobs, msgspec.Raw) and bytes(choice.logprobs) != b"null":
            self.logprobs.append(choice.logprobs)
        self.finish = choice.finish_reason or self.finish

    def whole(self, index: int) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.content) if self.content else None}
        message["refusal"] = "".join(self.refusal) or None
        if self.reasoning:
            message["reasoning_content"] = "".join(self.reasoning)
        if self.blocks:
            message["thinking_blocks"] = self.blocks
        if self.images:
            message["images"] = self.images
        if self.extra:
            message["extra_content"] = self.extra
        if self.calls:
            message["tool_calls"] = [self.calls[number].whole() for number in sorted(self.calls)]
        elif not self.content and not self.refusal and not self.images:
            message["content"] = ""
        logprobs = _joined(self.logprobs)
        return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": self.finish}


def _joined(bits: list[msgspec.Raw]) -> dict[str, list[Any]] | None:
    """`content` and `refusal` of each bit, one after the other."""
    found: dict[str, list[Any]] = {}
    for bit in bits:
        said = msgspec.json.decode(bit)
        for name, tokens in said.items() if isinstance(said, dict) else ():
            if isinstance(tokens, list):
                found.setdefault(name, []).extend(tokens)
    return {"content": None, "refusal": None} | found if found else None  # type: ignore[return-value]


@dataclass(slots=True)
class ChatAssembly:
    id: str = ""
    created: int = 0
    model: str = ""
    begun: bool = False
    _ended: set[int] = field(default_factory=set)
    _choices: dict[int, _Choice] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        self.begun = True
        self.id, self.created, self.model = (
            self.id or chunk.id,
            self.created or chunk.created,
            self.model or chunk.model,
        )
        for choice in chunk.choices:
            self._choices.setdefault(choice.index, _Choice()).add(choice)
            if choice.finish_reason:
                self._ended.add(choice.index)

    @property
    def ended(self) -> int:
        """How many choices have ended."""
        return len(self._ended)

    def body(self, usage: Usage) -> Mapping[str, msgspec.Raw]:
        whole = {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [self._choices[index].whole(index) for index in sorted(self._choices)],
            "usage": usage_in_chat(usage),
        }
        return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in whole.items()}


def usage_in_chat(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": usage.audio_tokens},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.output_audio_tokens,
        },
    }
