"""OpenAI's chat shape, as far as it is read here: the requests, the answers and the chunks that all else is put into.

Fields that are not named here are passed on by whoever passes the whole on; translators read these.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

UNKNOWN = msgspec.UNSET


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Read leniently: unknown fields are ignored, null is as good as missing where a default is None."""


# Requests


class FunctionCall(Part, frozen=True, kw_only=True):
    name: str | None = None
    arguments: str | None = None  # JSON; in chunks, a piece of it


class CustomCall(Part, frozen=True, kw_only=True):
    """Of a tool that takes any text, as OpenAI's models call them."""

    name: str | None = None
    input: str | None = None  # in chunks, a piece of it


class SaidCall(Part, frozen=True, kw_only=True, omit_defaults=False):
    """Of an answer: of a function, or of a custom tool.

    `extra_content`, here and below: what a provider wants back with it, under the provider's name, as Google's own
    endpoint of this shape has it: {"google": {"thought_signature": …}}.
    """

    id: str
    type: str = "function"
    function: FunctionCall | msgspec.UnsetType = UNKNOWN
    custom: CustomCall | msgspec.UnsetType = UNKNOWN
    extra_content: dict[str, Any] | msgspec.UnsetType | None = UNKNOWN


class ToolCall(SaidCall, frozen=True, kw_only=True, omit_defaults=False):
    """Of a function: all that others than OpenAI-shaped providers know."""

    function: FunctionCall


class ChatMessage(Part, frozen=True, kw_only=True, omit_defaults=True):
    """`content`: text, or parts (`text`, `image_url`, `input_audio`, `file`, `refusal`).

    `reasoning_content` and `thinking_blocks` are what other gateways call a model's reasoning: blocks are as their
    provider gave them, with its signature, to be given back to it.
    """

    role: str
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    thinking_blocks: list[dict[str, Any]] | None = None
    extra_content: dict[str, Any] | None = None
    is_error: bool | None = None  # of a tool's result; not OpenAI's


class JsonSchema(Part, frozen=True, kw_only=True):
    name: str = ""
    schema: dict[str, Any] | None = None
    strict: bool | None = None
    description: str | None = None


class ResponseFormat(Part, frozen=True, kw_only=True):
    type: str
    json_schema: JsonSchema | None = None


class FunctionTool(Part, frozen=True, kw_only=True):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(Part, frozen=True, kw_only=True, omit_defaults=False):
    function: FunctionTool
    type: str = "function"


class ChatFields(Part, frozen=True, kw_only=True):
    """What a request may say beside model and messages, as far as others than OpenAI-shaped providers know it."""

    tools: list[Tool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: str | list[str] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    reasoning_effort: str | None = None
    user: str | None = None


def choices_in(fields: Mapping[str, Any]) -> int:
    """How many answers a request asks for."""
    try:
        return msgspec.json.decode(msgspec.json.encode(fields.get("n")), type=int | None) or 1
    except msgspec.ValidationError:
        return 1


# Answers


class PromptDetails(Part, frozen=True, kw_only=True):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None
    cached_audio_tokens: int | None = None  # these two are not OpenAI's: Gemini tells what it had cached
    cached_image_tokens: int | None = None
    cache_creation_tokens: int | None = None  # the same in what we make of Anthropic's and Bedrock's answers


class CompletionDetails(Part, frozen=True, kw_only=True):
    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None


class WireUsage(Part, frozen=True, kw_only=True, omit_defaults=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None
    cached_tokens: int | None = None  # Moonshot's
    prompt_cache_hit_tokens: int | None = None  # DeepSeek's


class Message(Part, frozen=True, kw_only=True, omit_defaults=False):
    """Of an answer. `images` are parts of type `image_url`, as other gateways give a model's images."""

    role: str = "assistant"
    content: str | None = None
    refusal: str | msgspec.UnsetType | None = UNKNOWN
    tool_calls: Sequence[SaidCall] | msgspec.UnsetType | None = UNKNOWN
    reasoning_content: str | msgspec.UnsetType | None = UNKNOWN
    reasoning: str | msgspec.UnsetType | None = UNKNOWN  # what some servers call it
    thinking_blocks: list[dict[str, Any]] | msgspec.UnsetType | None = UNKNOWN
    images: list[dict[str, Any]] | msgspec.UnsetType | None = UNKNOWN
    annotations: Any = UNKNOWN  # passed on unread, as some others below
    audio: Any = UNKNOWN
    extra_content: dict[str, Any] | msgspec.UnsetType | None = UNKNOWN


WHY_IT_ENDED: Final = ("stop_reason", "native_finish_reason")  # beside the finish reason, of a choice


class Choice(Part, frozen=True, kw_only=True, omit_defaults=False):
    """`stop_reason`, here and in chunks: the stop sequence that ended it, as vLLM calls that; text alone means this.
    `native_finish_reason`: its provider's own word, as OpenRouter calls that, where chat's says less.
    """

    index: int = 0
    message: Message
    logprobs: msgspec.Raw | msgspec.UnsetType = UNKNOWN
    finish_reason: str | None = None
    stop_reason: Any = UNKNOWN
    native_finish_reason: Any = UNKNOWN


class Completion(Part, frozen=True, kw_only=True, omit_defaults=False):
    id: str = ""
    object: Literal["chat.completion"] = "chat.completion"
    created: int = 0
    model: str = ""
    choices: list[Choice]
    usage: WireUsage | None = None
    service_tier: Any = UNKNOWN
    system_fingerprint: Any = UNKNOWN


# Chunks of streamed answers


class ToolCallDelta(Part, frozen=True, kw_only=True, omit_defaults=True):
    index: int | None = None  # which of the calls; always written by us
    id: str | None = None
    type: str | None = None
    function: FunctionCall | None = None
    custom: CustomCall | None = None
    extra_content: dict[str, Any] | None = None


class Delta(Part, frozen=True, kw_only=True, omit_defaults=True):
    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallDelta] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None  # what some servers call it
    thinking_blocks: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    annotations: Any = None
    audio: Any = None
    extra_content: dict[str, Any] | None = None

    @property
    def shows(self) -> bool:
        thought = self.reasoning_content or self.reasoning
        return bool(self.content or self.tool_calls or self.refusal or thought or self.images or self.audio)


class ChunkChoice(Part, frozen=True, kw_only=True, omit_defaults=False):
    index: int = 0
    delta: Delta = Delta()
    logprobs: msgspec.Raw | msgspec.UnsetType = UNKNOWN
    finish_reason: str | None = None
    stop_reason: Any = UNKNOWN
    native_finish_reason: Any = UNKNOWN


class Chunk(Part, frozen=True, kw_only=True, omit_defaults=False):
    id: str = ""
    object: str = "chat.completion.chunk"
    created: int = 0
    model: str = ""
    choices: list[ChunkChoice] = []
    usage: WireUsage | msgspec.UnsetType | None = UNKNOWN
    service_tier: Any = UNKNOWN
    system_fingerprint: Any = UNKNOWN
