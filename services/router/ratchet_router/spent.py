"""What a call that streams has used up to now, wherever it stops. Pure.

A provider counts at the end, and some say before what they have counted until then: Anthropic's first event counts the
request, and a token or so of an answer that is yet to be written. What was written since the last count is estimated.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest, Piece
from ratchet_providers.usage import counted_or_estimated, estimated_for, estimated_tokens, used_beside
from ratchet_providers.written import written_in


@dataclass(slots=True)
class Spent:
    """`written`: characters in all; `had`: as many as the count has in it. `final`: it was made at the end."""

    counted: Usage | None = None
    written: int = 0
    had: int = 0
    ended: bool = False
    final: bool = False

    def add(self, piece: Piece) -> None:
        self.written += len(piece.text) or (written_in(piece.chunk) if piece.chunk else 0) + piece.written
        if piece.finish:
            self.ended = True
        if piece.usage is not None:
            self._count(piece.usage)

    def _count(self, usage: Usage) -> None:
        if self.counted is None or usage.output_tokens > self.counted.output_tokens:
            self.had = self.written
        self.counted, self.final = usage, self.ended

    def usage(self, request: ModelRequest, so_far: str, *, asked: bool) -> Usage | None:
        """None where nothing was used. `so_far`: what it read beside the request. `asked`: it was at work."""
        if self.counted is not None and self.final:
            return counted_or_estimated(self.counted, request.messages, self.written, request.fields)
        if self.counted is not None:
            return used_beside(self.counted, self.written - self.had)
        if not (self.written or asked):
            return None
        estimated = estimated_for(request.messages, self.written, request.fields)
        return replace(estimated, input_tokens=estimated.input_tokens + estimated_tokens(len(so_far)))
