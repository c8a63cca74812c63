"""A stream of chat chunks, understood as it comes: what it shows, how it ends, and whether that was its end."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Chunk
from ratchet_providers.failing import ErrorKind, ProviderError
from ratchet_providers.http_failures import kind_of, said_in
from ratchet_providers.sse import Event
from ratchet_providers.usage import counted

END: Final = b"[DONE]"
_chunk = msgspec.json.Decoder(Chunk)
_error = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ChatStream:
    """Feed it the events; `ended` says whether there may be an answer."""

    def __init__(self) -> None:
        self.shown = self.done = False
        self._open: set[int] = set()  # choices that have begun and not ended
        self._finished = False

    def pieces(self, events: Sequence[Event]) -> list[Piece]:
        """Raises ProviderError: what the stream said was an error, or malformed."""
        found = []
        for event in events:
            if event.data == END:
                self.done = True
                break
            if event.data:
                found.append(self._piece(event.data))
        return found

    def ended(self) -> None:
        """Raises ProviderError unless each choice that began has ended. A missing end mark alone cuts nothing off."""
        if self._open or not self._finished:
            raise ProviderError("cut", "the stream ended before the answer did")

    def _piece(self, data: bytes) -> Piece:
        try:
            chunk = _chunk.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _failure(data) or ProviderError("malformed", f"a chunk: {type(error).__name__}") from error
        if not chunk.choices and (failure := _failure(data)) is not None:
            raise failure
        text = finish = ""
        shows = False
        for choice in chunk.choices:
            shows = shows or choice.delta.shows
            self._open.add(choice.index)
            if choice.finish_reason:
                self._open.discard(choice.index)
                self._finished = True
            if choice.index == 0:
                text, finish = choice.delta.content or choice.delta.refusal or "", choice.finish_reason or ""
        self.shown = self.shown or shows
        used = counted(chunk.usage) if chunk.usage is not msgspec.UNSET else None
        return Piece(chunk=chunk, data=data, text=text, shows=shows, finish=finish, usage=used)


def _failure(data: bytes) -> ProviderError | None:
    """An error that came in place of a chunk."""
    try:
        fields: dict[str, Any] = _error.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
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
