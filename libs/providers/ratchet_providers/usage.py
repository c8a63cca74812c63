"""What a provider counted, in our words; and an estimate where it counted nothing, or what cannot be."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.chat_shape import CompletionDetails, PromptDetails, WireUsage
from ratchet_providers.media import CHARACTERS_PER_TOKEN, media_in

MOST_TOKENS: Final = 100_000_000  # of one answer: what says more, or less than none, has not counted
READ_BESIDE: Final = frozenset({"tools", "functions", "response_format"})
NO_FIELDS: Final[Mapping[str, Any]] = {}


def estimated_tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimated_usage(read: int, written: int) -> Usage:
    """From numbers of characters, where the provider counts no tokens."""
    return Usage(input_tokens=estimated_tokens(read), output_tokens=estimated_tokens(written), estimated=True)


def estimated_of(
    messages: Sequence[Mapping[str, Any]] | msgspec.Raw, output: str, fields: Mapping[str, Any] = NO_FIELDS
) -> Usage:
    """Where `output` is all that was written."""
    return estimated_for(messages, len(output), fields)


def estimated_for(
    messages: Sequence[Mapping[str, Any]] | msgspec.Raw, written: int, fields: Mapping[str, Any] = NO_FIELDS
) -> Usage:
    """`messages` in the chat shape. Pictures, files and sounds count as such, not as the text that they travel in.
    `written`: characters. `fields`: the others of the request.
    """
    asked = messages if isinstance(messages, msgspec.Raw) else msgspec.Raw(msgspec.json.encode(messages))
    media = media_in(asked)
    read = len(memoryview(asked)) - media.size + characters_beside(fields)
    return Usage(
        input_tokens=estimated_tokens(read) + media.tokens, output_tokens=estimated_tokens(written), estimated=True
    )


def counted_or_estimated(
    used: Usage | None,
    messages: Sequence[Mapping[str, Any]] | msgspec.Raw,
    written: int,
    fields: Mapping[str, Any] = NO_FIELDS,
) -> Usage:
    """What a provider counted of a whole answer; estimated is what it did not: all of it, or what was written."""
    if used is not None and (used.output_tokens or not written):
        return used
    if used is None:
        return estimated_for(messages, written, fields)
    return used_beside(used, written)


def used_beside(used: Usage, written: int) -> Usage:
    """`written`: characters that the count does not have in it."""
    more = estimated_tokens(written)
    return msgspec.structs.replace(used, output_tokens=used.output_tokens + more, estimated=True) if more else used


def characters_beside(fields: Mapping[str, Any]) -> int:
    """Of the JSON that a model reads beside the messages of a chat: its tools, and the form of its answer."""
    if READ_BESIDE.isdisjoint(fields):
        return 0
    return sum(_size(fields[name]) for name in READ_BESIDE if name in fields)


def _size(value: Any) -> int:
    raw = value if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
    size = len(memoryview(raw))
    return size if size > len(b"null") else 0


def counted(used: WireUsage | None) -> Usage | None:
    """None where it is missing, or cannot have been counted: every request has a token, and none is not a count."""
    if used is None or not used.prompt_tokens:
        return None
    read, written = used.prompt_tokens, (used.completion_tokens or 0) + _thoughts_beside(used)
    if not (0 <= read <= MOST_TOKENS and 0 <= written <= MOST_TOKENS):
        return None
    of_prompt = used.prompt_tokens_details or PromptDetails()
    of_completion = used.completion_tokens_details or CompletionDetails()
    cached = part(of_prompt.cached_tokens or used.prompt_cache_hit_tokens or used.cached_tokens, read)
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cached_tokens=cached,
        cache_written_tokens=part(of_prompt.cache_write_tokens or of_prompt.cache_creation_tokens, read - cached),
        image_tokens=part(of_prompt.image_tokens, read),
        audio_tokens=part(of_prompt.audio_tokens, read),
        cached_image_tokens=part(of_prompt.cached_image_tokens, cached),
        cached_audio_tokens=part(of_prompt.cached_audio_tokens, cached),
        reasoning_tokens=part(of_completion.reasoning_tokens, written),
        output_image_tokens=part(of_completion.image_tokens, written),
        output_audio_tokens=part(of_completion.audio_tokens, written),
    )


def _thoughts_beside(used: WireUsage) -> int:
    """Of a server that counts its reasoning in the total, and not in the completion, as xAI's does."""
    thought = used.completion_tokens_details.reasoning_tokens if used.completion_tokens_details else None
    if not thought or thought < 0 or used.prompt_tokens is None:
        return 0
    return thought if used.total_tokens == used.prompt_tokens + (used.completion_tokens or 0) + thought else 0


def part(said: int | None, whole: int) -> int:
    """A part of something is none less than nothing, and none more than all."""
    return min(max(said or 0, 0), whole)
