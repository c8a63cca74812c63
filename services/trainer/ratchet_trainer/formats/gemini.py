"""What Gemini's tuning on Vertex AI reads.

Rules: Google's guide to preparing supervised fine-tuning data for Gemini models, read in 2026.
"""

from typing import Final, Literal

import msgspec

from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.lesson import Lesson
from ratchet_trainer.formats.turns import empty_text, wrong_order

MODEL: Final = "model"


class Part(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class Content(msgspec.Struct, forbid_unknown_fields=True):
    role: Literal["user", "model"]
    parts: list[Part]


class Instruction(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    parts: list[Part]
    role: str = ""  # is read by nobody


class Gemini(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    contents: list[Content]
    system_instruction: Instruction | None = None


def gemini_of(lesson: Lesson) -> Gemini:
    turns = [Content("user", [Part(lesson.user)]), Content(MODEL, [Part(lesson.wanted)])]
    return Gemini(turns, Instruction([Part(lesson.system)], "system") if lesson.system else None)


def wrong_gemini(record: Gemini) -> str | None:
    roles = [content.role for content in record.contents]
    texts = ["".join(part.text for part in content.parts) for content in record.contents]
    return wrong_order(roles, answers=MODEL) or empty_text(texts)


GEMINI = Format("gemini", gemini_of, Gemini, wrong_gemini)
