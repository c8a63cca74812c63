"""What a model that goes on with an answer says again of it. Pure.

It may repeat the last words, which are cut out; or begin the answer anew, or say something before it goes on, and then
the two cannot be joined. Where it cannot be told what it means, that is an error too: wrong text would look right.
"""

import re
import string
from typing import Final

LOOKED_AT: Final = 120  # characters of what comes, held back to be compared
LEAST_OVERLAP: Final = 12  # fewer equal characters are chance
BEGUN_ANEW: Final = 24
LAST_WORDS: Final = 40  # fewer may well end one entry of a list as they ended another
WORDS: Final = 2  # that are the same, or letters of one that was begun
LETTERS: Final = string.ascii_letters
END_OF_SENTENCE: Final = re.compile(r"[.!?:…]\s")


class SeamError(Exception):
    """What came cannot be joined to what was shown."""


def repeated(so_far: str, text: str, *, ended: bool) -> int | None:
    """How many characters at the beginning of `text` were shown already; None: that will be seen from what comes next.

    `ended`: nothing comes. Raises SeamError.
    """
    bare, said = text.lstrip(), so_far.rstrip()
    if not bare:
        return 0 if ended else None
    _require_more(so_far, text)
    _require_going_on(said, bare)
    much = len(bare) >= LOOKED_AT and bare[:LOOKED_AT] in said
    if much and bare in said and not ended:
        return None
    count = _overlap(said, bare)
    if much and count < LOOKED_AT:
        raise SeamError("The model said a part of its answer again instead of going on.")
    if count:
        blanks = _blanks_again(so_far[len(said) :], bare[count:], ended=ended)
        return None if blanks is None else len(text) - len(bare) + count + blanks
    return _word_again(so_far, text)


def _require_more(so_far: str, text: str) -> None:
    """Of little that was shown it cannot be told whether it is said again, unless it is of one word over and over."""
    said = so_far.strip()
    if len(so_far) >= LEAST_OVERLAP or not text.startswith(so_far):
        return
    if not text[len(so_far) :].lstrip().startswith(said) and not _is_of_one(said):
        raise SeamError("The model said again what little was shown: whether it goes on cannot be told.")


def _is_of_one(said: str) -> bool:
    """Whether it is a shorter text several times."""
    return len(said) > 1 and said in (said + said)[1:-1]


def _require_going_on(said: str, bare: str) -> None:
    opening, ending = said.lstrip()[:BEGUN_ANEW], said[-LAST_WORDS:]
    if len(opening) < LEAST_OVERLAP:
        return
    if bare.startswith(opening) and not said.endswith(opening):
        raise SeamError("The model began its answer anew instead of going on.")
    for known in (opening, ending):
        at = bare.find(known)
        if at > 0 and _is_a_preface(bare[:at]):
            raise SeamError("The model said something else before it went on.")


def _is_a_preface(text: str) -> bool:
    """Such as: Sure! Here is the rest:"""
    return text[0].isupper() and END_OF_SENTENCE.search(text) is not None


def _overlap(said: str, text: str) -> int:
    """Characters: of enough of them, or of two whole words at least. Raises SeamError."""
    longest = min(len(text), len(said))
    count = next((n for n in range(longest, 2, -1) if said.endswith(text[:n]) and _is_no_chance(said, text, n)), 0)
    if count and said[:-count].rstrip().endswith(text[:count].strip()):
        raise SeamError("The model said once more what was shown twice: whether it goes on cannot be told.")
    return count


def _is_no_chance(said: str, text: str, count: int) -> bool:
    if count >= LEAST_OVERLAP:
        return True
    same, before, after = text[:count], said[:-count][-1:], text[count : count + 1]
    whole = not (before.isalnum() and same[0].isalnum()) and not (after.isalnum() and same[-1].isalnum())
    return whole and len(same.split()) >= WORDS


def _blanks_again(shown: str, rest: str, *, ended: bool) -> int | None:
    """Of the blanks after a repetition those that were `shown` as well: the others may be an indentation.

    None: more of them may come. Raises SeamError where both go on differently on a line.
    """
    blanks = rest[: len(rest) - len(rest.lstrip())]
    if blanks == rest and not ended:
        return None
    if blanks.startswith(shown):
        return len(shown)
    if "\n" not in shown:  # at the end of a line they say nothing
        return len(blanks) if shown.startswith(blanks) else 0
    if shown.startswith(blanks) and (blanks == rest or _indentation(shown) == _indentation(blanks)):
        return len(blanks)
    raise SeamError("The model went on in another line, or further in, than was shown.")


def _indentation(blanks: str) -> str:
    return blanks.rpartition("\n")[2]


def _word_again(so_far: str, text: str) -> int:
    """The answer broke off in or after a word, and what comes begins with it: joined, they would be no word.

    Of letters alone: figures may well go on with the same ones.
    """
    letters = len(so_far) - len(so_far.rstrip(LETTERS))
    word = so_far[len(so_far) - letters :]
    return letters if letters >= WORDS and text.startswith(word) else 0
