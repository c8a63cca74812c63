"""Small numbers at the end of a word, high for a note or an exponent, low as in a formula: they are no digits of it."""

from ratchet_documents.pdf.letters import Letters, Word

SMALL = 0.9  # times what the word is set in
_LOW = 0.75  # times as high as the first letter: fonts have small numbers of their own
_HIGH = 0.3  # times the size of the word, over what is before it
_BELOW = 0.08
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKS = frozenset("0123456789,")


def with_mark(letters: Letters, word: Word) -> Word:
    """With such numbers told as what they are, and placed without them."""
    if not word.text[-1].isdecimal() or word.last == word.first:
        return word
    first = word.first + next(at for at, letter in enumerate(word.text) if letter.isalnum())
    size, high = letters.size(first), _height(letters, first)
    at = word.last
    while at > first and word.text[at - word.first] in _MARKS:
        if letters.size(at) >= SMALL * size and _height(letters, at) >= _LOW * high:
            break
        at -= 1
    if at == word.last:
        return word
    kept = at + 1 - word.first
    higher = letters.box(word.last).bottom - letters.box(at).bottom
    if higher > _HIGH * size:
        return word._replace(text=word.text[:kept] + word.text[kept:].translate(RAISED), last=at)
    return word._replace(last=at) if higher < -_BELOW * size else word


def _height(letters: Letters, index: int) -> float:
    box = letters.box(index)
    return box.top - box.bottom
