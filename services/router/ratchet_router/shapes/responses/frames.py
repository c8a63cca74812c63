"""A streamed answer on its way to a caller of /v1/responses."""

import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Chunk
from ratchet_router.shapes.responses.events import Events
from ratchet_router.shapes.responses.own_fields import event_with, goes_on_from
from ratchet_router.shapes.responses.response import Response, ResponseError
from ratchet_router.shapes.responses.telling import Telling
from ratchet_router.shapes.responses.whole import INCOMPLETE, ended
from ratchet_router.shapes.shape import Failure

SERVERS: Final = 500
TOO_MANY: Final = 429


class Numbered(msgspec.Struct, frozen=True):
    sequence_number: int = -1


class Closing(msgspec.Struct, frozen=True):
    response: msgspec.Raw = msgspec.Raw(b"null")


_numbered = msgspec.json.Decoder(Numbered)
_closing = msgspec.json.Decoder(Closing)
_encode = msgspec.json.Encoder().encode


class ResponsesFrames:
    """Implements `Frames`. `begun`: the response before anything was said.

    The event that ends a provider's own stream is withheld until `ended`, as all that ends ours.
    """

    def __init__(self, begun: Response, *, clock: Callable[[], float] = time.time) -> None:
        self._response, self._clock = begun, clock
        self._own = goes_on_from(begun.previous_response_id)
        self._events = Events()
        self._telling = Telling(self._events, begun.id, summary=begun.wants_summary)
        self._finish = ""
        self._begun = False
        self._last: bytes | None = None  # of a provider's own events
        self._closing: Piece | None = None
        self._whole: bytes = b""

    @property
    def response(self) -> bytes:
        """JSON of the whole response, once it has ended: what is kept of it."""
        return self._whole

    def said(self, pieces: Sequence[Piece]) -> bytes:
        for piece in pieces:
            if piece.chunk is not None:
                self._chunk(piece.chunk)
            else:
                self._native(piece)
        return self._events.taken()

    def ended(self, usage: Usage, about: bytes) -> bytes:
        if self._closing is not None:
            data = event_with(self._own, self._closing.data)
            self._whole = bytes(_closing.decode(data).response)
            self._events.pass_on(self._closing.event, data)
        else:
            self._end(usage)
        return b": ratchet %b\n\n%b" % (about, self._events.taken())

    def failed(self, failure: Failure) -> bytes:
        """OpenAI's `error` event; with `error` as an object in it, which is what their clients raise."""
        if self._last is not None:
            self._events.next = _numbered.decode(self._last).sequence_number + 1
        if self._begun:
            self._fail(failure)
        said = {"code": failure.code, "message": failure.message, "param": failure.param}
        kind = "server_error" if failure.status >= SERVERS else "invalid_request_error"
        self._events.add("error", **said, error=said | {"type": kind})
        return self._events.taken()

    def _chunk(self, chunk: Chunk) -> None:
        if not self._begun:
            self._begin(chunk.model)
        for choice in chunk.choices:
            if choice.index == 0:
                self._telling.choice(choice)
                self._finish = choice.finish_reason or self._finish

    def _begin(self, model: str) -> None:
        self._begun = True
        if model:
            self._response = msgspec.structs.replace(self._response, model=model)
        self._events.add("response.created", response=self._response)
        self._events.add("response.in_progress", response=self._response)

    def _native(self, piece: Piece) -> None:
        self._last = piece.data
        if piece.finish:
            self._closing = piece
        else:
            self._events.pass_on(piece.event, event_with(self._own, piece.data))

    def _end(self, usage: Usage) -> None:
        if not self._begun:
            self._begin("")
        output = self._telling.end(whole=self._finish not in INCOMPLETE)
        whole = ended(self._response, output, self._finish or "stop", usage, now=int(self._clock()))
        self._whole = _encode(whole)
        self._events.add(f"response.{whole.status}", response=msgspec.Raw(self._whole))

    def _fail(self, failure: Failure) -> None:
        error = ResponseError(code=_code(failure.status), message=failure.message)
        output = self._telling.so_far()
        failed = msgspec.structs.replace(self._response, status="failed", error=error, output=output)
        self._events.add("response.failed", response=failed)


def _code(status: int) -> Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]:
    if status == TOO_MANY:
        return "rate_limit_exceeded"
    return "server_error" if status >= SERVERS else "invalid_prompt"
