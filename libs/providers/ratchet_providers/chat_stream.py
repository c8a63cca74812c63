"""A stream of chat chunks, understood as it comes: what it shows, how it ends, and whether that was its end."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.chat_mending import Mending
from ratchet_providers.chat_shape import Chunk
from ratchet_providers.error_words import kind_of
from ratchet_providers.failing import ErrorKind, ProviderError
from ratchet_providers.halves import Halves
from ratchet_providers.http_failures import said_in
from ratchet_providers.sse import Event
from ratchet_providers.usage import counted

END: Final = b"[DONE]"
ERROR: Final = b'"error"'  # in a text its quotation marks would be escaped
FAILED: Final = "error"  # a reason to end that is no answer's
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_chunk = msgspec.json.Decoder(Chunk)
_error = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ChatStream:
    """Feed it the events; `ended` says whether there may be an answer. `choices`: how many were asked for."""

    def __init__(self, choices: int = 1) -> None:
        self.shown = self.done = False
        self._choices = choices
        self._begun: set[int] = set()
        self._ended: set[int] = set()
        self._mending, self._halves = Mending(), Halves()

    @property
    def whole(self) -> bool:
        """All is there: whatever follows, or fails, can take nothing back."""
        return len(self._ended) >= self._choices and self._begun <= self._ended

    def pieces(self, events: Sequence[Event]) -> list[Piece]:
        """Raises ProviderError: what the stream said was an error, or malformed, and came before the answer's end."""
        found = []
        for event in events:
            if event.data.rstrip() == END:
                self.done = True
                break
            if event.data:
                try:
                    found.append(self._piece(event.data))
                except ProviderError:
                    if not self.whole:
                        raise
                    self.done = True
                    break
        return found

    def ended(self) -> None:
        """Raises ProviderError unless each choice that began has ended. A missing end mark alone cuts nothing off."""
        missing = not self.done and len(self._ended) < self._choices
        if missing or not self._ended or not self._begun <= self._ended:
            raise ProviderError("cut", "the stream ended before the answer did")

    def _piece(self, data: bytes) -> Piece:
        chunk, data = self._read(data)
        text = finish = ""
        shows = False
        for choice in chunk.choices:
            shows = shows or choice.delta.shows
            self._begun.add(choice.index)
            if choice.finish_reason == FAILED:
                raise ProviderError("unavailable", "the provider ended the answer with an error")
            if choice.finish_reason:
                self._ended.add(choice.index)
            if choice.index == 0:
                text, finish = choice.delta.content or choice.delta.refusal or "", choice.finish_reason or ""
        self.shown = self.shown or shows
        used = counted(chunk.usage) if chunk.usage is not msgspec.UNSET else None
        return Piece(chunk=chunk, data=data, text=text, shows=shows, finish=finish, usage=used)

    def _read(self, data: bytes) -> tuple[Chunk, bytes]:
        try:
            chunk = _chunk.decode(data)
        except msgspec.ValidationError as error:
            if (failure := failure_in(data)) is not None:
                raise failure from error
            return self._mended(data)
        except UNREADABLE as error:
            if (joined := self._halves.joined(data)) is None:
                raise _malformed(error) from error
            return self._mended(joined)
        if (not chunk.choices or ERROR in data) and (failure := failure_in(data)) is not None:
            raise failure  # some say it beside a choice that has ended
        return self._mended(data) if self._mending.needed(chunk, data) else (chunk, data)

    def _mended(self, data: bytes) -> tuple[Chunk, bytes]:
        try:
            data = self._mending.mended(data)
            return _chunk.decode(data), data
        except UNREADABLE as error:
            raise _malformed(error) from error


def _malformed(error: Exception) -> ProviderError:
    return ProviderError("malformed", f"a chunk: {type(error).__name__}")


def failure_in(data: bytes) -> ProviderError | None:
    """An error that came in place of a chunk."""
    try:
        fields: dict[str, Any] = _error.decode(data)
    except UNREADABLE:
        return None
    if "error" not in fields or fields["error"] == msgspec.Raw(b"null"):
        return None
    said = said_in(data)
    code = said.code if said else ""
    by_status: ErrorKind = "rate_limited" if "rate_limit" in f"{code} {said.type if said else ''}" else "unavailable"
    if code.isdigit() or (said and said.type == "invalid_request_error"):
        by_status = "bad_request" if not code.isdigit() or code.startswith("4") else "unavailable"
        by_status = "rate_limited" if code == "429" else by_status
    return ProviderError(kind_of(by_status, said), "an error in the stream", said=said)
