"""What people do with an answer without saying a word: weak evidence, kept apart from what they say."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ratchet_feedback.scoring import Rating


class Signal(StrEnum):
    COPIED = "copied"
    KEPT = "kept"  # sent on, saved, or left as it was
    EDITED = "edited"  # `edited_to` says into what: that is a correction, and counts as one
    REGENERATED = "regenerated"  # asked for again
    DISCARDED = "discarded"


STANDS_FOR: Final[Mapping[Signal, Rating]] = {
    Signal.COPIED: Rating.POSITIVE,
    Signal.KEPT: Rating.POSITIVE,
    Signal.EDITED: Rating.NEUTRAL,
    Signal.REGENERATED: Rating.NEGATIVE,
    Signal.DISCARDED: Rating.NEGATIVE,
}
