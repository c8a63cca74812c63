"""Google's count of tokens as chat's: thoughts are output, what tools gave is input. Pure."""

from collections.abc import Sequence

from ratchet_providers.chat_shape import CompletionDetails, PromptDetails, WireUsage
from ratchet_providers.gemini.shape import OfModality, UsageMetadata


def wire_usage(said: UsageMetadata | None) -> WireUsage | None:
    """None where the prompt was not counted."""
    if said is None or said.prompt_token_count is None:
        return None
    read = said.prompt_token_count + (said.tool_use_prompt_token_count or 0)
    written = (said.candidates_token_count or 0) + (said.thoughts_token_count or 0)
    return WireUsage(
        prompt_tokens=read,
        completion_tokens=written,
        total_tokens=read + written,
        prompt_tokens_details=_of_prompt(said),
        completion_tokens_details=_of_completion(said),
    )


def _of_prompt(said: UsageMetadata) -> PromptDetails | None:
    counts = [*(said.prompt_tokens_details or ()), *(said.tool_use_prompt_tokens_details or ())]
    if not said.cached_content_token_count and all(count.modality == "TEXT" for count in counts):
        return None
    cached = said.cache_tokens_details or ()
    return PromptDetails(
        cached_tokens=said.cached_content_token_count or 0,
        audio_tokens=_of("AUDIO", counts),
        image_tokens=_of("IMAGE", counts),
        cached_audio_tokens=_of("AUDIO", cached),
        cached_image_tokens=_of("IMAGE", cached),
    )


def _of_completion(said: UsageMetadata) -> CompletionDetails | None:
    if not said.thoughts_token_count and not said.candidates_tokens_details:
        return None
    drawn_and_said = said.candidates_tokens_details or ()
    return CompletionDetails(
        reasoning_tokens=said.thoughts_token_count or 0,
        audio_tokens=_of("AUDIO", drawn_and_said),
        image_tokens=_of("IMAGE", drawn_and_said),
    )


def _of(modality: str, counts: Sequence[OfModality]) -> int:
    return sum(count.token_count or 0 for count in counts if count.modality == modality)
