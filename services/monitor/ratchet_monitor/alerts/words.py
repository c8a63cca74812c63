"""What people write into rules, receivers and silences: names of ids, and sentences on one line."""

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, Field

TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # of the direction of text


def in_words(text: str) -> str:
    """On one line. Raises ValueError for what has control characters, or turns around the text beside it."""
    line = " ".join(text.split())
    if any(unicodedata.category(one) == "Cc" or one in TURNING for one in line):
        raise ValueError("it has control characters: write it in words")
    return line


Words = Annotated[str, AfterValidator(in_words)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", description="of a-z, 0-9, _, . and -")]
