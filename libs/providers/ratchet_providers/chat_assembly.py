"""The chunks of a stream put together to the answer that they make up, in the chat shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.beyond_chat import Unknown, added, adds_words_alone, unknown_in
from ratchet_providers.chat_shape import WHY_IT_ENDED, Chunk, ChunkChoice, ToolCallDelta


@dataclass(slots=True)
class _Call:
    id: str = ""
    type: str = "function"
    name: str = ""
    is_custom: bool = False
    said: list[str] = field(default_factory=list)  # its arguments; of a custom tool, its input
    extra: dict[str, Any] = field(default_factory=dict)

    def add(self, delta: ToolCallDelta) -> None:
        self.id = delta.id or self.id
        self.type = delta.type or self.type
        self.extra |= delta.extra_content or {}
        if delta.function is not None:
            self.name = delta.function.name or self.name
            self.said.append(delta.function.arguments or "")
        if delta.custom is not None:
            self.is_custom = True
            self.name = delta.custom.name or self.name
            self.said.append(delta.custom.input or "")

    def whole(self) -> dict[str, Any]:
        kind, holds = ("custom", "input") if self.is_custom else ("function", "arguments")
        whole = {"id": self.id, "type": self.type, kind: {"name": self.name, holds: "".join(self.said)}}
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
    why: dict[str, Any] = field(default_factory=dict)  # it ended
    beside: dict[str, Any] = field(default_factory=dict)  # of the message, what is passed on unread
    unknown: dict[str, Any] = field(default_factory=dict)

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
        for name, value in (("annotations", delta.annotations), ("audio", delta.audio)):
            if value is not None:
                self.beside[name] = added(self.beside.get(name), value)
        self.finish = choice.finish_reason or self.finish
        told = {name: getattr(choice, name) for name in WHY_IT_ENDED}
        self.why |= {name: why for name, why in told.items() if why is not None and why is not msgspec.UNSET}

    def written(self) -> int:
        """How many characters the model has written."""
        texts = [*self.content, *self.refusal, *self.reasoning]
        for call in self.calls.values():
            texts += [call.name, *call.said]
        return sum(map(len, texts))

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
        elif not self.content and not self.refusal and not self.images and "audio" not in self.beside:
            message["content"] = ""
        logprobs = _joined(self.logprobs)
        ended = {"index": index, "message": self.beside | message, "logprobs": logprobs, "finish_reason": self.finish}
        return self.unknown | ended | self.why


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
    _unknown: dict[str, Any] = field(default_factory=dict)

    def add(self, chunk: Chunk, data: bytes = b"") -> None:
        """`data`: the same as it came, with what `chunk` does not know."""
        if data and not (self.begun and adds_words_alone(chunk)):
            self._keep(unknown_in(data))
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

    def _keep(self, unknown: Unknown) -> None:
        self._unknown |= {name: value for name, value in unknown.of_chunk.items() if value is not None}
        for index, of_choice, of_delta in unknown.of_choices:
            choice = self._choices.setdefault(index, _Choice())
            choice.unknown |= of_choice
            choice.beside |= {name: added(choice.beside.get(name), value) for name, value in of_delta.items()}

    @property
    def ended(self) -> int:
        """How many choices have ended."""
        return len(self._ended)

    def written(self) -> int:
        """How many characters all choices have, calls of tools among them."""
        return sum(choice.written() for choice in self._choices.values())

    def body(self, usage: Usage) -> Mapping[str, msgspec.Raw]:
        whole = {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [self._choices[index].whole(index) for index in sorted(self._choices)],
            "usage": usage_in_chat(usage),
        }
        found = self._unknown | whole
        return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in found.items()}


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
