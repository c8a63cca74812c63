"""How the model shall write: what a chat request says of it, as Gemini's generationConfig. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from ratchet_providers.base import ModelRequest
from ratchet_providers.chat_shape import ChatFields
from ratchet_providers.gemini.fields import Fields
from ratchet_providers.gemini.model_names import LEVELS, generation, least_budget, levels
from ratchet_providers.gemini.refusing import refused
from ratchet_providers.usage import estimated_tokens

BUDGETS: Final[Mapping[str, int]] = {
    "none": 0,
    "minimal": 1_024,
    "low": 1_024,
    "medium": 8_192,
    "high": 24_576,
    "xhigh": 24_576,
}  # tokens, as Google's own endpoint of OpenAI's shape has them; taken by all generations that think
LEVEL_OF: Final[Mapping[str, str]] = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "HIGH",
}
FIRST_WITH_LEVELS: Final = 3


def generation_config(fields: Fields, request: ModelRequest) -> dict[str, Any]:
    """Raises ProviderError for what cannot be."""
    said = {
        "temperature": fields.temperature,
        "topP": fields.top_p,
        "topK": fields.top_k,
        "seed": fields.seed,
        "presencePenalty": fields.presence_penalty,
        "frequencyPenalty": fields.frequency_penalty,
        "candidateCount": fields.n if fields.n != 1 else None,
        "stopSequences": [fields.stop] if isinstance(fields.stop, str) else fields.stop,
        "maxOutputTokens": _most(fields, request),
        "responseLogprobs": fields.logprobs or None,
        "logprobs": (fields.top_logprobs or None) if fields.logprobs else None,
        "thinkingConfig": fields.google.thinking_config or thinking(fields.reasoning_effort, request.model),
        "responseModalities": _modalities(fields),
        **_format(fields),
    }
    return {name: value for name, value in said.items() if value is not None}


def _modalities(fields: Fields) -> list[str] | None:
    if fields.modalities is None or fields.modalities == ["text"]:
        return None
    if "audio" in fields.modalities:
        raise refused("modalities", "cannot ask for audio here: Gemini's chat completions are text and images.")
    return [modality.upper() for modality in fields.modalities]


def _most(fields: ChatFields, request: ModelRequest) -> int | None:
    most = fields.max_completion_tokens or fields.max_tokens or request.max_output_tokens
    if most is None or not request.so_far:
        return most
    return max(1, most - estimated_tokens(len(request.so_far)))


def _format(fields: ChatFields) -> dict[str, Any]:
    wanted = fields.response_format
    if wanted is None or wanted.type == "text":
        return {}
    if wanted.type == "json_object":
        return {"responseMimeType": "application/json"}
    if wanted.type == "json_schema":
        schema = wanted.json_schema.schema if wanted.json_schema else None
        return {"responseMimeType": "application/json", "responseJsonSchema": schema}
    raise refused("response_format.type", "must be text, json_object or json_schema.")


def thinking(effort: str | None, model: str) -> dict[str, Any] | None:
    """With the thoughts: whoever asks for an effort may read what it was, and a stream shows life sooner."""
    if effort is None:
        return None
    if effort not in LEVEL_OF:
        raise refused("reasoning_effort", f"must be one of {', '.join(LEVEL_OF)}.")
    how: dict[str, Any] = (
        {"thinkingLevel": _level(LEVEL_OF[effort], model)}
        if generation(model) >= FIRST_WITH_LEVELS
        else {"thinkingBudget": max(BUDGETS[effort], least_budget(model))}
    )
    return how | {"includeThoughts": True} if effort != "none" else how


def _level(wanted: str, model: str) -> str:
    """The lowest that the model takes and that is not below what was asked for."""
    least = LEVELS.index(wanted)
    return next(level for level in levels(model) if LEVELS.index(level) >= least)
