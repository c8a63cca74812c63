"""Why a candidate ended, in chat's words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from ratchet_providers.failing import ErrorKind, ProviderError, Said
from ratchet_providers.gemini.shape import Candidate, PromptFeedback, Rating

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
LIKELY: Final = ("MEDIUM", "HIGH")  # as probabilities: what filters withhold unless they were told otherwise
NO_ANSWER: Final[Mapping[str, ErrorKind]] = {
    "MALFORMED_FUNCTION_CALL": "misspoken",
    "MALFORMED_RESPONSE": "misspoken",
    "UNEXPECTED_TOOL_CALL": "misspoken",
    "TOO_MANY_TOOL_CALLS": "misspoken",
    "NO_IMAGE": "misspoken",
    "OTHER": "misspoken",
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
    its = feedback
    return _filtered("The prompt was blocked", its.block_reason or "", its.safety_ratings, its.block_reason_message)


def withheld(candidate: Candidate) -> ProviderError:
    """A filter ended it before it said anything."""
    its = candidate
    return _filtered("The answer was withheld", its.finish_reason or "", its.safety_ratings, its.finish_message)


def _filtered(what: str, reason: str, ratings: Sequence[Rating] | None, message: str | None) -> ProviderError:
    word = _word(reason)
    blamed = [rating for rating in ratings or () if rating.blocked]
    blamed = blamed or [rating for rating in ratings or () if rating.probability in LIKELY]
    listed = ", ".join(f"{rating.category} ({rating.probability})" for rating in blamed)
    words = f"{what}: {word}{f', for {listed}' if listed else ''}. {message or ''}".rstrip()
    return ProviderError("filtered", word, said=Said(words, code=word))


def _word(reason: str) -> str:
    """It goes into logs: what is none of Google's words does not."""
    return reason if reason.isascii() and reason.replace("_", "").isalnum() and len(reason) < 60 else "another reason"
