"""What Gemini answers, as far as it is read here: generateContent's answer, whole or one event of its stream."""

import msgspec

NO_ARGUMENTS = msgspec.Raw(b"{}")
NONE = msgspec.Raw(b"null")


class Said(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Read leniently: unknown fields are ignored, null is as good as missing."""


class Blob(Said, frozen=True, kw_only=True):
    mime_type: str | None = None
    data: str | None = None  # base64


class FunctionCall(Said, frozen=True, kw_only=True):
    id: str | None = None
    name: str | None = None
    args: msgspec.Raw = NO_ARGUMENTS


class Part(Said, frozen=True, kw_only=True):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    inline_data: Blob | None = None


class Content(Said, frozen=True, kw_only=True):
    parts: list[Part] | None = None


class Token(Said, frozen=True, kw_only=True):
    token: str | None = None
    log_probability: float | None = None


class Tokens(Said, frozen=True, kw_only=True):
    candidates: list[Token] | None = None


class LogprobsResult(Said, frozen=True, kw_only=True):
    """The second list holds, for each token of the first, those that were likely in its place."""

    chosen_candidates: list[Token] | None = None
    top_candidates: list[Tokens] | None = None


class Rating(Said, frozen=True, kw_only=True):
    """Of how likely something is to do a certain harm."""

    category: str | None = None
    probability: str | None = None
    blocked: bool | None = None


class Candidate(Said, frozen=True, kw_only=True):
    index: int | None = None
    content: Content | None = None
    finish_reason: str | None = None
    finish_message: str | None = None
    safety_ratings: list[Rating] | None = None
    logprobs_result: LogprobsResult | None = None


class PromptFeedback(Said, frozen=True, kw_only=True):
    block_reason: str | None = None
    block_reason_message: str | None = None
    safety_ratings: list[Rating] | None = None


class OfModality(Said, frozen=True, kw_only=True):
    modality: str | None = None
    token_count: int | None = None


class UsageMetadata(Said, frozen=True, kw_only=True):
    """Cumulative in streams. Thoughts are counted beside the candidates, tools' results beside the prompt."""

    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    cached_content_token_count: int | None = None
    prompt_tokens_details: list[OfModality] | None = None
    cache_tokens_details: list[OfModality] | None = None
    tool_use_prompt_tokens_details: list[OfModality] | None = None
    candidates_tokens_details: list[OfModality] | None = None


class Generated(Said, frozen=True, kw_only=True):
    candidates: list[Candidate] | None = None
    prompt_feedback: PromptFeedback | None = None
    usage_metadata: UsageMetadata | None = None
    model_version: str | None = None
    response_id: str | None = None
    create_time: str | None = None
    error: msgspec.Raw = NONE  # in streams
