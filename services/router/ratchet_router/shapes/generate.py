"""A streamed answer as /api/generate gives it: what was added, and at the end the whole, as without a stream."""

from collections.abc import Sequence

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_router.reasoning import answer_in
from ratchet_router.shapes.shape import Failure


class GenerateFrames:
    """`thoughts`: the model thinks aloud before it answers: nothing is told until it is known where the answer is."""

    def __init__(self, *, thoughts: bool = False) -> None:
        self._thoughts, self._held = thoughts, ""

    def said(self, pieces: Sequence[Piece]) -> bytes:
        text = "".join(piece.text for piece in pieces)
        if self._thoughts:
            self._held += text
            return b""
        return _delta(text)

    def ended(self, usage: Usage, about: bytes) -> bytes:  # noqa: ARG002  it is in `about`, with all else
        return _delta(answer_in(self._held)) + b"event: result\ndata: %b\n\n" % about

    def failed(self, failure: Failure) -> bytes:
        """A problem, as an answer that is none gives it."""
        said = {"type": f"urn:ratchet:problem:{failure.code}", "status": failure.status, "detail": failure.message}
        return b"event: error\ndata: %b\n\n" % msgspec.json.encode(said)


def _delta(text: str) -> bytes:
    return b"event: delta\ndata: %b\n\n" % msgspec.json.encode({"text": text}) if text else b""
