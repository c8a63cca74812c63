"""A streamed answer in Anthropic's shape: pieces in, events out."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Delta
from ratchet_router.shapes.messages.errors import error_body
from ratchet_router.shapes.messages.framing import event, framed
from ratchet_router.shapes.messages.open_blocks import OpenBlocks
from ratchet_router.shapes.messages.whole import counts, ending, opening
from ratchet_router.shapes.shape import Failure


class MessagesFrames:
    """Anthropic's own pieces go out as they came; those that say that the answer has ended wait for `ended`.

    What shows nothing waits for what does: if it breaks off before, another call begins anew. Chunks of a chat become
    blocks. Where they go on with what began in Anthropic's own pieces, they go on in the block that was open there.
    """

    def __init__(self, *, message_id: str, model: str) -> None:
        self._id, self._model = message_id, model
        self._begun = self._called = self._refused = False
        self._finish = ""
        self._stop: Any = None  # text where a stop sequence ended it
        self._blocks = OpenBlocks()
        self._end: list[bytes] = []  # Anthropic's own
        self._stopped = self._shown = False
        self._waiting: list[Piece] = []

    def said(self, pieces: Sequence[Piece]) -> bytes:
        if self._shown:
            return self._out(pieces)
        for piece in pieces:
            if piece.event == "message_start" or _opens(piece):
                self._waiting.clear()
            self._waiting.append(piece)
            self._shown = self._shown or piece.shows or bool(piece.finish)
        return self._out_of_waiting() if self._shown else b""

    def ended(self, usage: Usage, about: bytes) -> bytes:
        late = self._out_of_waiting()
        comment = b": ratchet %b\n\n" % about if about else b""
        if self._end:
            return b"".join([late, comment, *self._end, b"" if self._stopped else event("message_stop")])
        delta = ending(self._finish, self._stop, called=self._called, refused=self._refused)
        end = event("message_delta", delta=delta, usage=counts(usage)) + event("message_stop")
        return late + self._begin() + self._blocks.close() + comment + end

    def failed(self, failure: Failure) -> bytes:
        return framed("error", msgspec.json.encode(error_body(failure)))

    def _out_of_waiting(self) -> bytes:
        waiting, self._waiting = self._waiting, []
        return self._out(waiting)

    def _out(self, pieces: Sequence[Piece]) -> bytes:
        return b"".join([self._own(piece) if piece.shape == "messages" else self._chats(piece) for piece in pieces])

    def _own(self, piece: Piece) -> bytes:
        frame = framed(piece.event, piece.data)
        if self._end or piece.finish or piece.event == "message_stop":
            self._end.append(frame)
            self._stopped = self._stopped or piece.event == "message_stop"
            return b""
        self._begun = True
        self._blocks.passing(piece.event, piece.data)
        return frame

    def _chats(self, piece: Piece) -> bytes:
        """The first choice: this shape has one."""
        choices = piece.chunk.choices if piece.chunk is not None else []
        choice = next((choice for choice in choices if choice.index == 0), None)
        if choice is None:
            return b""
        self._finish = choice.finish_reason or self._finish
        self._stop = choice.stop_reason if isinstance(choice.stop_reason, str) else self._stop
        return self._begin() + self._added(choice.delta)

    def _added(self, delta: Delta) -> bytes:
        found: list[bytes] = []
        if delta.thinking_blocks:
            found += [self._blocks.thought(block) for block in delta.thinking_blocks]
        elif reasoning := delta.reasoning_content or delta.reasoning:
            found.append(self._blocks.thinks(reasoning))
        if words := (delta.content or "") + (delta.refusal or ""):
            found.append(self._blocks.says(words))
        if delta.tool_calls:
            found += [self._blocks.calls(call) for call in delta.tool_calls]
        self._refused = self._refused or bool(delta.refusal)
        self._called = self._called or bool(delta.tool_calls)
        return b"".join(found)

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return event("message_start", message=opening(self._id, self._model))


def _opens(piece: Piece) -> bool:
    """Whether it is the first of a chat's."""
    return piece.chunk is not None and any(choice.delta.role for choice in piece.chunk.choices)
