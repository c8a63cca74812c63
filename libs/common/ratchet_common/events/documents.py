"""What became of documents."""

from typing import Literal

from ratchet_common.events.event import Event


class DocumentChanged(Event, frozen=True, kw_only=True, tag="document.changed.v1"):
    """A document came, got a new revision or state, or went: with its text and all that was made of it."""

    document_id: str
    change: Literal["came", "changed", "went"]
    revision: int = 0  # 0: not said
    state: str = ""
    served_since: int = 0  # what can be searched has had its content since this revision; 0: not said, or there is none
