"""An answer of /v1/responses as its provider gives it, whole or in events: passed on as it is, and understood as far
as others must know: its text, what it shows, why it ended, what it used.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import CompletionDetails, Part, PromptDetails, WireUsage
from ratchet_providers.error_words import kind_of
from ratchet_providers.failing import ErrorKind, ProviderError, Said
from ratchet_providers.sse import Event
from ratchet_providers.usage import counted

ENDED: Final = frozenset({"completed", "incomplete", "failed", "cancelled"})
ENDINGS: Final = frozenset(f"response.{status}" for status in ENDED)
TEXT: Final = frozenset({"response.output_text.delta", "response.refusal.delta"})
BESIDE: Final = frozenset(
    {
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.reasoning_text.delta",
    }
)  # a summary of what was thought is not what was
FINISHES: Final[Mapping[str, str]] = {"max_output_tokens": "length", "content_filter": "content_filter"}
SILENT: Final = frozenset(
    {
        "response.created",
        "response.queued",
        "response.in_progress",
        "response.content_part.added",
        "response.reasoning_summary_part.added",
    }
)
FRAMES_OF_TEXT: Final = frozenset({"message", "reasoning"})  # items that are empty when they are added
KINDS: Final[Mapping[str, ErrorKind]] = {
    "rate_limit_exceeded": "rate_limited",
    "insufficient_quota": "quota",
    "invalid_prompt": "bad_request",
    "invalid_request_error": "bad_request",
    "context_length_exceeded": "too_long",
    "bio_policy": "filtered",
    "misalignment_policy_violation": "filtered",
    "image_content_policy_violation": "filtered",
    "content_filter": "filtered",
}
OF_IMAGES: Final = "image"


class _Text(Part, frozen=True, kw_only=True):
    type: str = ""
    text: str = ""
    refusal: str = ""


class _Item(Part, frozen=True, kw_only=True):
    type: str = ""
    content: list[_Text] | None = None


class _InputDetails(Part, frozen=True, kw_only=True):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(Part, frozen=True, kw_only=True):
    reasoning_tokens: int | None = None


class _Usage(Part, frozen=True, kw_only=True):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None


class _Error(Part, frozen=True, kw_only=True):
    message: str | None = None
    type: str | None = None
    code: Any = None
    param: str | None = None


class _Why(Part, frozen=True, kw_only=True):
    reason: str | None = None


class Answered(Part, frozen=True, kw_only=True):
    """What is read of a response that has come to its end. `status` is missing at some that only look like OpenAI's."""

    status: str | None = None
    output: list[_Item] | None = None
    usage: _Usage | None = None
    error: _Error | None = None
    incomplete_details: _Why | None = None

    @property
    def text(self) -> str:
        items = [item for item in self.output or () if item.type == "message"]
        return "".join(part.text or part.refusal for item in items for part in item.content or ())

    @property
    def finish(self) -> str:
        """In chat's words. Raises ProviderError where it did not end with an answer."""
        if self.status == "failed" or (self.status is None and self.error is not None):
            raise failed(self.error or _Error())
        if self.status in ("completed", None):
            return "tool_calls" if any(item.type == "function_call" for item in self.output or ()) else "stop"
        if self.status == "incomplete":
            reason = self.incomplete_details.reason if self.incomplete_details else None
            return FINISHES.get(reason or "", "length")
        raise ProviderError("unavailable", "the response was cancelled, or never ended")

    @property
    def used(self) -> Usage | None:
        of = self.usage
        if of is None or not of.input_tokens:  # every request has some: who counts none has not counted
            return None
        read, written = of.input_tokens_details or _InputDetails(), of.output_tokens_details or _OutputDetails()
        return counted(
            WireUsage(
                prompt_tokens=of.input_tokens,
                completion_tokens=of.output_tokens,
                prompt_tokens_details=PromptDetails(
                    cached_tokens=read.cached_tokens, cache_creation_tokens=read.cache_write_tokens
                ),
                completion_tokens_details=CompletionDetails(reasoning_tokens=written.reasoning_tokens),
            )
        )


class _Event(Part, frozen=True, kw_only=True):
    """`error` is an object where OpenAI sends one; its documentation has its fields beside `type` instead."""

    type: str = ""
    delta: Any = None
    item: _Item | None = None
    response: msgspec.Raw = msgspec.Raw(b"null")
    error: _Error | None = None
    message: Any = None
    code: Any = None
    param: Any = None


_event = msgspec.json.Decoder(_Event)
_answered = msgspec.json.Decoder(Answered)


def failed(error: _Error) -> ProviderError:
    said = Said(error.message or "", error.type or "", str(error.code or ""), error.param or "")
    kind = KINDS.get(said.code) or KINDS.get(said.type) or ("bad_request" if OF_IMAGES in said.code else "unavailable")
    return ProviderError(kind_of(kind, said), "the response failed", said=said)


def answered(body: msgspec.Raw | bytes) -> Answered:
    """Raises ProviderError: malformed."""
    try:
        return _answered.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", f"a response: {type(error).__name__}") from error


class ResponsesStream:
    """Feed it the events; `ended` says whether there may be an answer."""

    def __init__(self) -> None:
        self.shown = self.done = False

    def pieces(self, events: Sequence[Event]) -> list[Piece]:
        """Raises ProviderError: what the stream said was an error, or malformed."""
        found = []
        for event in events:
            if self.done or not event.data.startswith(b"{"):  # such as [DONE], which some send
                continue
            found.append(self._piece(event))
        return found

    def ended(self) -> None:
        """Raises ProviderError unless the event came that ends a response."""
        if not self.done:
            raise ProviderError("cut", "the stream ended before the answer did")

    def _piece(self, event: Event) -> Piece:
        try:
            said = _event.decode(event.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderError("malformed", f"an event: {type(error).__name__}") from error
        kind = said.type or event.name
        if kind == "error" or (said.error is not None and kind not in ENDINGS):
            raise failed(said.error or _beside(said))
        if kind in ENDINGS:
            return self._ending(event, kind, said)
        text = said.delta if kind in TEXT and isinstance(said.delta, str) else ""
        shows = _shows(kind, said)
        self.shown = self.shown or shows
        beside = len(said.delta) if kind in BESIDE and isinstance(said.delta, str) else 0
        return Piece(shape="responses", event=event.name, data=event.data, text=text, shows=shows, written=beside)

    def _ending(self, event: Event, kind: str, said: _Event) -> Piece:
        of = answered(said.response)
        if of.status not in ENDED:  # then the event alone says how it ended
            of = msgspec.structs.replace(of, status=kind.removeprefix("response."))
        finish = of.finish
        self.done = True
        return Piece(shape="responses", event=event.name, data=event.data, finish=finish, usage=of.used)


def _shows(kind: str, said: _Event) -> bool:
    if kind == "response.output_item.added":
        return said.item is None or said.item.type not in FRAMES_OF_TEXT
    return kind not in SILENT and said.delta != ""


def _beside(said: _Event) -> _Error:
    def text(value: Any) -> str | None:
        return value if isinstance(value, str) else None

    return _Error(message=text(said.message), code=text(said.code), param=text(said.param))
