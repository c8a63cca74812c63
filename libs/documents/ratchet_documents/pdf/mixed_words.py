"""Words from right to left as PDFium gives them, with their letters in the order in which they are read."""

import re
from collections.abc import Sequence
from itertools import groupby

from ratchet_documents.pdf.letters import Box, Letters, Word

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FROM_LEFT = re.compile(r"[$€£¥₪%]?[A-Za-z0-9]+(?:[.,:/'\u2019][A-Za-z0-9]+)*[$€£¥₪%]?")
_MARKS = ".,;:!?،؛؟"


def is_right_to_left(text: str) -> bool:
    """Whether some of its letters run from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def parts_of(letters: Letters, word: Word) -> list[Word]:
    """The word, and apart the mark behind it that stands on its other side: it ends the line or words before it."""
    from_right = is_right_to_left(word.text)
    if from_right:
        word = _unturned(letters, word)
    last = word.text[-1]
    marked = word.last > word.first and (
        last in _MARKS if from_right else word.text[0].isalpha() and not last.isalnum()
    )
    if not marked:
        return [word]
    first_box, last_box = letters.box(word.first), letters.box(word.last)
    if last_box.left >= first_box.right if from_right else last_box.right <= first_box.left:
        ends = word._replace(text=last, first=word.last)
        return [word._replace(text=word.text[:-1], last=word.last - 1, ends_line=False), ends]
    return [word]


def _unturned(letters: Letters, word: Word) -> Word:
    """Letters that one sign of the font shows, as lam and alef, are in one place, and PDFium turns them round."""
    placed = [(letters.box(index), letter) for index, letter in enumerate(word.text, word.first)]
    signs = [
        (box, "".join(letter for _, letter in reversed([*its]))) for box, its in groupby(placed, lambda one: one[0])
    ]
    if _FROM_LEFT.search(word.text):
        return word._replace(text=_mixed(signs))
    return word._replace(text="".join(text for _, text in signs))


def _mixed(signs: Sequence[tuple[Box, str]]) -> str:
    """By where they stand: from the right, but for numbers and Latin letters."""
    from_right = "".join(text for _, text in sorted(signs, key=lambda one: -one[0].left))
    return _FROM_LEFT.sub(lambda found: found[0][::-1], from_right)
