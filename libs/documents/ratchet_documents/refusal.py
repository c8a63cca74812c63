"""What is not taken, and why."""

from typing import Literal

Reason = Literal[
    "broken",  # cut off, or not what it begins as
    "empty",
    "encrypted",
    "no_text",  # a scan
    "too_deep",
    "too_large",
    "too_slow",
    "unknown_encoding",
    "unknown_kind",
    "unsafe_xml",  # entities or a document type inside
    "zip_bomb",
]


class RefusedError(ValueError):
    """`type` is stable; the sentence goes to the reader as it stands, and quotes nothing of the document."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.type: Reason = reason
