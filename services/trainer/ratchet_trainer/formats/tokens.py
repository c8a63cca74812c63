"""How many tokens a platform would count, before anything is uploaded. Pure."""

from collections.abc import Iterable

from ratchet_providers.usage import estimated_tokens
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.lesson import lesson_of


def tokens_of(examples: Iterable[Example], format_: Format) -> int:
    """Of the lines that they make in this format, estimated from their bytes. What makes no line counts nothing."""
    lines = (format_.line(lesson_of(example)) for example in examples)
    return sum(estimated_tokens(len(line)) for line in lines if line is not None)
