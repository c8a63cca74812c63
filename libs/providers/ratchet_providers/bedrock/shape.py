"""Converse's answers, as far as they are read here: whole ones, and the events that they are streamed in."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.chat_shape import PromptDetails, WireUsage
from ratchet_providers.failing import ProviderError
from ratchet_providers.usage import counted, part

FINISH: Final[Mapping[str, str]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "refusal": "content_filter",
}
MALFORMED: Final = frozenset({"malformed_model_output", "malformed_tool_use"})
SERVERS: Final = "server_tool_use"  # a call that Bedrock answers itself: none of the caller's


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Read leniently: unknown fields are ignored."""


class Thought(Told, frozen=True, kw_only=True):
    """Whole, or in a stream a bit of `text`, or the signature after it. `redacted_content` is base64."""

    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None


class Reasoning(Thought, frozen=True, kw_only=True):
    reasoning_text: Thought | None = None


class ToolUse(Told, frozen=True, kw_only=True):
    """`input`: an object in a whole answer; in a stream a string, a piece of one."""

    tool_use_id: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"{}")
    type: str = ""


class Cited(Told, frozen=True, kw_only=True):
    content: list[Thought] = []


class Block(Told, frozen=True, kw_only=True):
    """Of an answer; or what starts one, or adds to one, in a stream. What else there is no chat has a place for."""

    text: str | None = None
    tool_use: ToolUse | None = None
    reasoning_content: Reasoning | None = None
    citations_content: Cited | None = None


class Lasting(Told, frozen=True, kw_only=True):
    ttl: str = ""
    input_tokens: int = 0


class Counts(Told, frozen=True, kw_only=True):
    """`input_tokens` are those that no cache had a part in."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_details: list[Lasting] | None = None


class Message(Told, frozen=True, kw_only=True):
    content: list[Block]


class Output(Told, frozen=True, kw_only=True):
    message: Message


class Answered(Told, frozen=True, kw_only=True):
    output: Output
    stop_reason: str
    usage: Counts | None = None
    trace: Any = None
    additional_model_response_fields: Any = None


class Happened(Told, frozen=True, kw_only=True):
    """The payload of any event of a stream."""

    content_block_index: int = 0
    start: Block | None = None
    delta: Block | None = None
    stop_reason: str = ""
    usage: Counts | None = None
    trace: Any = None
    additional_model_response_fields: Any = None


def finish_of(stop_reason: str) -> str:
    """In chat's words. Raises ProviderError where what the model wrote is no answer."""
    if stop_reason in MALFORMED:
        raise ProviderError("malformed", stop_reason)
    return FINISH.get(stop_reason, "stop")


def usage_of(counts: Counts | None) -> tuple[WireUsage | None, Usage | None]:
    """In the chat shape, and in ours; None where nothing can have been counted."""
    if counts is None or counts.input_tokens is None:
        return None, None
    read, written = counts.cache_read_input_tokens or 0, counts.cache_write_input_tokens or 0
    took, gave = counts.input_tokens + read + written, counts.output_tokens or 0
    details = PromptDetails(cached_tokens=read, cache_creation_tokens=written)
    wire = WireUsage(
        prompt_tokens=took, completion_tokens=gave, total_tokens=took + gave, prompt_tokens_details=details
    )
    used = counted(wire)
    if used is None:
        return None, None
    for_an_hour = sum(one.input_tokens for one in counts.cache_details or () if one.ttl.lower().endswith("1h"))
    return wire, msgspec.structs.replace(used, cache_written_long_tokens=part(for_an_hour, used.cache_written_tokens))
