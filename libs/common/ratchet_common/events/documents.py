"""What became of documents."""

from typing import Literal

from ratchet_common.events.event import Event


class DocumentChanged(Event, frozen=True, kw_only=True, tag="document.changed.v1"):
    """A document came, got a new revision or state, or went: with its text and all that was made of it."""

    document_id: str
    change: Literal["came", "changed", "went"]
    revision: int = 0  # 0: not said
    state: str = ""
