"""A word is a run of letters and digits of any script, after NFKC, in lower case.

Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) count by character.
"""

import re
import unicodedata
from collections.abc import Iterator

_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_ACCENTS = "\u0300-\u036f"
_A_WORD = rf"(?=[^\W_])[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]+[{_ACCENTS}]*)+"
_WORD = re.compile(_A_WORD)
_WORD_OR_MARK = re.compile(rf"{_A_WORD}|[^\w\s]")
_WORD_NUMBER_OR_MARK = re.compile(rf"\d+(?:[.,]\d+)+|{_A_WORD}|[^\w\s]")
_UNSPACED_LETTER = re.compile(rf"[{_UNSPACED}]")


def words(text: str) -> list[str]:
    return _WORD.findall(_lowered(text))


def words_and_marks(text: str) -> list[str]:
    """Punctuation too, each mark by itself."""
    return _WORD_OR_MARK.findall(_lowered(text))


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where words, whole numbers ("1,234.5") and marks stand in a text as it is."""
    return (found.span() for found in _WORD_NUMBER_OR_MARK.finditer(text))


def size(text: str) -> int:
    """How long a reader would call it: what stands between spaces, or characters where there are none."""
    letters = 0 if text.isascii() else len(_UNSPACED_LETTER.findall(text))
    return max(letters, len(text.split()))


def _lowered(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()
