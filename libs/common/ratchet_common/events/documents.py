"""What became of documents."""

from typing import Literal

from ratchet_common.events.event import Event


class DocumentChanged(Event, frozen=True, kw_only=True, tag="document.changed.v1"):
    document_id: str
    change: Literal["came", "changed", "went"]
