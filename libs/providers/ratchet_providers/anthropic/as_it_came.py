"""Anthropic's events for who speaks this shape: passed on byte for byte, and understood on the way."""

from collections.abc import Sequence
from typing import Final

from ratchet_providers.anthropic.events import Hearing
from ratchet_providers.anthropic.message import Happened, finish_of
from ratchet_providers.base import Piece
from ratchet_providers.sse import Event

SHOWING: Final = frozenset({"text_delta", "input_json_delta", "thinking_delta"})
EMPTY: Final = frozenset({"text", "thinking"})  # blocks whose beginning shows nothing yet


class AsItCame:
    def __init__(self) -> None:
        self.hearing = Hearing()

    def pieces(self, events: Sequence[Event]) -> list[Piece]:
        """Raises ProviderError."""
        heard = ((event, self.hearing.heard(event)) for event in events)
        return [self._piece(event, happened) for event, happened in heard if happened is not None]

    def _piece(self, event: Event, happened: Happened) -> Piece:
        kind, delta, begun = happened.type, happened.delta, happened.content_block
        showing = delta.type in SHOWING if delta is not None else begun is not None and begun.type not in EMPTY
        return Piece(
            shape="messages",
            event=event.name or kind,
            data=event.data,
            text=(delta.text or "") if showing and delta else "",
            shows=showing,
            finish=finish_of(delta.stop_reason, calls=True) if delta and delta.stop_reason else "",
            usage=self.hearing.usage if happened.counts else None,
            written=len(delta.thinking or delta.partial_json or "") if delta is not None else 0,
        )
