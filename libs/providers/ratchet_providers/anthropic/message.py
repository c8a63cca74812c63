"""Anthropic's messages, as far as they are read here: whole ones, and the events that they are streamed in."""

from typing import Any, Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.chat_shape import UNKNOWN, CompletionDetails, Part, PromptDetails, WireUsage
from ratchet_providers.usage import MOST_TOKENS, part

FINISH: Final = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def finish_of(stop_reason: str | None, *, calls: bool) -> str:
    """`calls`: there are some for the caller to make."""
    if stop_reason == "tool_use" and not calls:
        return "stop"
    return FINISH.get(stop_reason or "", "stop")


def own_word(finish: str, stop_reason: str | None) -> str | msgspec.UnsetType:
    """Anthropic's, where chat's says less."""
    return stop_reason if stop_reason and finish == "content_filter" else UNKNOWN


class CacheCreation(Part, frozen=True, kw_only=True):
    ephemeral_1h_input_tokens: int | None = None


class OutputDetails(Part, frozen=True, kw_only=True):
    thinking_tokens: int | None = None


class Counts(Part, frozen=True, kw_only=True):
    """`input_tokens` are those that no cache had a part in. In a stream each count is of the whole so far."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None
    service_tier: str | None = None


class Block(Part, frozen=True, kw_only=True):
    """Of an answer. What else a block holds, such as citations, has no place in the chat shape."""

    type: str
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw | msgspec.UnsetType = UNKNOWN


class StopDetails(Part, frozen=True, kw_only=True):
    explanation: str | None = None


class Message(Part, frozen=True, kw_only=True):
    content: list[Block]
    id: str = ""
    model: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None
    usage: Counts | None = None


class Delta(Part, frozen=True, kw_only=True):
    """Of a block, or of the message."""

    type: str = ""
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None


class Happened(Part, frozen=True, kw_only=True):
    """One event of a stream, whichever it is."""

    type: str
    index: int = 0
    message: Message | None = None
    content_block: Block | None = None
    delta: Delta | None = None
    usage: Counts | None = None

    @property
    def counts(self) -> bool:
        """Whether tokens were counted anew: not every imitation counts at the end."""
        return self.usage is not None or (self.message is not None and self.message.usage is not None)


def written_in(block: Block) -> int:
    """Characters: words, thoughts, or a call with its input."""
    given = 0 if isinstance(block.input, msgspec.UnsetType) else len(memoryview(block.input))
    return len(block.text or "") + len(block.thinking or "") + (len(block.name or "") + given if block.name else 0)


def later(before: Counts | None, after: Counts | None) -> Counts | None:
    """What is counted now: what comes later replaces, and what it leaves out stays."""
    if before is None or after is None:
        return after or before
    told: dict[str, Any] = {name: v for name in Counts.__struct_fields__ if (v := getattr(after, name)) is not None}
    return msgspec.structs.replace(before, **told)


def counted(used: Counts | None) -> Usage | None:
    """None where it is missing, or cannot have been counted, as no token of the request cannot."""
    if used is None or used.input_tokens is None:
        return None
    cached, cached_anew = used.cache_read_input_tokens or 0, used.cache_creation_input_tokens or 0
    read, written = used.input_tokens + cached + cached_anew, used.output_tokens or 0
    counts = (used.input_tokens, cached, cached_anew, read, written)
    if not read or not all(0 <= n <= MOST_TOKENS for n in counts):
        return None
    for_long = used.cache_creation.ephemeral_1h_input_tokens if used.cache_creation else 0
    thought = used.output_tokens_details.thinking_tokens if used.output_tokens_details else 0
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cached_tokens=cached,
        cache_written_tokens=cached_anew,
        cache_written_long_tokens=part(for_long, cached_anew),
        reasoning_tokens=part(thought, written),
        batch=used.service_tier == "batch",
    )


def in_chat(usage: Usage) -> WireUsage:
    thought = CompletionDetails(reasoning_tokens=usage.reasoning_tokens) if usage.reasoning_tokens else None
    return WireUsage(
        prompt_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
        prompt_tokens_details=PromptDetails(
            cached_tokens=usage.cached_tokens, cache_creation_tokens=usage.cache_written_tokens
        ),
        completion_tokens_details=thought,
    )
