"""Pairs of texts whose vectors shall lie near each other: what was asked, and what was wanted."""

import msgspec

from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.lesson import Lesson


class Related(msgspec.Struct, forbid_unknown_fields=True):
    anchor: str
    positive: str


def related(lesson: Lesson) -> Related:
    """Without what a chat model is told first: whoever embeds a document later has nothing but the document."""
    return Related(lesson.user, lesson.wanted)


def wrong_pair(record: Related) -> str | None:
    sides = {"anchor": record.anchor, "positive": record.positive}
    return next((f"its {name} is empty" for name, text in sides.items() if not text.strip()), None)


PAIRS = Format("embedding_pairs", related, Related, wrong_pair)
