"""Why a candidate ended, in chat's words. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

from ratchet_providers.failing import ErrorKind, ProviderError, Said
from ratchet_providers.gemini.shape import PromptFeedback

Finish = Literal["stop", "length", "tool_calls", "content_filter"]

FILTERED: Final = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "ESCALATION",
        "MODEL_ARMOR",
    }
)
NO_ANSWER: Final[Mapping[str, ErrorKind]] = {
    "MALFORMED_FUNCTION_CALL": "malformed",
    "MALFORMED_RESPONSE": "malformed",
    "UNEXPECTED_TOOL_CALL": "malformed",
    "TOO_MANY_TOOL_CALLS": "malformed",
    "NO_IMAGE": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "bad_request",
    "PUP_LIMITED_DISABLED": "unauthorized",
}


def finish_of(reason: str, *, called: bool) -> Finish:
    """`called`: the candidate calls functions. Raises ProviderError for an end that leaves no whole answer."""
    if reason == "MAX_TOKENS":
        return "length"
    if reason in FILTERED:
        return "content_filter"
    if reason == "STOP":
        return "tool_calls" if called else "stop"
    if reason == "FUNCTION_CALL" and called:  # some that speak like Gemini say so
        return "tool_calls"
    raise ProviderError(NO_ANSWER.get(reason, "cut"), f"it ended with {_word(reason)}")


def blocked(feedback: PromptFeedback | None) -> ProviderError | None:
    """The prompt was withheld from the model."""
    if feedback is None or not feedback.block_reason:
        return None
    reason = _word(feedback.block_reason)
    said = Said(feedback.block_reason_message or f"The prompt was blocked: {reason}.", code=reason)
    return ProviderError("filtered", reason, said=said)


def _word(reason: str) -> str:
    """It goes into logs: what is none of Google's words does not."""
    return reason if reason.isascii() and reason.replace("_", "").isalnum() and len(reason) < 60 else "another reason"
