"""A whole answer of OpenAI's shape, understood: what it says, what it used, or why it is none. Pure."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import msgspec

from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.chat_mending import mended_whole
from ratchet_providers.chat_shape import Completion, CustomCall, FunctionCall, Part, WireUsage
from ratchet_providers.chat_stream import FAILED, failure_in
from ratchet_providers.failing import ProviderError
from ratchet_providers.halves import without_halves
from ratchet_providers.replay import replayed
from ratchet_providers.usage import counted, counted_or_estimated
from ratchet_providers.written import written_by

WITHOUT_CUSTOM_TOOLS: Final = "messages"  # the shape that has no words for their calls


class _Call(Part, frozen=True, kw_only=True):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    function: FunctionCall | None = None
    custom: CustomCall | None = None


class _Said(Part, frozen=True, kw_only=True):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    reasoning_content: Any = None
    reasoning: Any = None


class _Choice(Part, frozen=True, kw_only=True):
    index: int
    message: _Said
    finish_reason: str | None = None


class _Whole(Part, frozen=True, kw_only=True):
    """As OpenAI says it; what is a little different is mended."""

    id: str = ""
    object: Literal["chat.completion"] = "chat.completion"
    created: int = 0
    model: str = ""
    choices: list[_Choice]
    usage: WireUsage | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_whole = msgspec.json.Decoder(_Whole)
_completion = msgspec.json.Decoder(Completion)


def understood(body: bytes, request: ModelRequest) -> ModelAnswer:
    """Raises ProviderError: what the provider said in place of an answer, malformed, or what the caller's shape has no
    words for. What a filter withheld is an answer that says so, as it is in a stream: its tokens were counted.
    """
    try:
        answer, body = _read(body)
        first, raw = answer.choices[0], _fields.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError) as error:
        raise failure_in(body) or ProviderError("malformed", type(error).__name__) from error
    if first.finish_reason == FAILED:
        raise failure_in(body) or ProviderError("unavailable", "the provider ended the answer with an error")
    said = [choice.message for choice in answer.choices]
    if request.native is not None:
        _require_translatable(body)
    if _lacks_words(request) and any(call.custom for message in said for call in message.tool_calls or ()):
        raise _unsayable()
    return ModelAnswer(
        output=first.message.content or first.message.refusal or "",
        usage=counted_or_estimated(counted(answer.usage), request.messages, written_by(said), request.fields),
        model=request.model,
        finish=first.finish_reason or "stop",
        body=raw,
    )


def _require_translatable(body: bytes) -> None:
    """Raises ProviderError. What passes on as it came may be odd in what nobody here reads."""
    try:
        answer = _completion.decode(body)
    except msgspec.ValidationError as error:
        raise ProviderError("malformed", "a field of the answer is of another kind") from error
    calls = (call for choice in answer.choices for call in choice.message.tool_calls or ())
    if not all(call.function or call.custom for call in calls):
        raise ProviderError("malformed", "a call of nothing")


def replayed_whole(body: bytes, request: ModelRequest) -> list[Piece]:
    """What came whole though a stream was asked for, as a stream. Raises ProviderError."""
    answer = understood(body, request)
    try:
        return replayed(answer)
    except msgspec.ValidationError as error:
        raise ProviderError("malformed", "a field of the answer is of another kind") from error


def _read(body: bytes) -> tuple[_Whole, bytes]:
    """Raises msgspec.DecodeError, UnicodeDecodeError, RecursionError."""
    try:
        return _whole.decode(body), body
    except msgspec.ValidationError:
        body = mended_whole(body)
    except msgspec.DecodeError:
        body = without_halves(body) or body
    return _whole.decode(body), body


def require_words(pieces: Iterable[Piece], request: ModelRequest) -> None:
    """Raises ProviderError where the caller's shape cannot say what these do."""
    if not _lacks_words(request):
        return
    choices = (choice for piece in pieces if piece.chunk is not None for choice in piece.chunk.choices)
    if any(call.custom for choice in choices for call in choice.delta.tool_calls or ()):
        raise _unsayable()


def _lacks_words(request: ModelRequest) -> bool:
    return request.native is not None and request.native.shape == WITHOUT_CUSTOM_TOOLS


def _unsayable() -> ProviderError:
    return ProviderError("unforeseen", "it calls a custom tool, which the caller's shape has no words for")
