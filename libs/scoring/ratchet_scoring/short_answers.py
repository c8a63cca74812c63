"""Short answers beside short references, as SQuAD's evaluation compares them (Rajpurkar et al. 2016).

In lower case, without punctuation, without English articles. Agrees with the official script wherever the text is
ASCII; there, too, punctuation of other scripts goes, and scripts without spaces count by character.
"""

import re
import unicodedata
from collections import Counter
from typing import Final

from ratchet_scoring.rouge import f1

MAX_CHARS: Final = 200_000  # of each side
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_UNSPACED = re.compile(r"([\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_SYMBOLS: Final = frozenset("$+<=>^`|~")  # are punctuation to the official script, and symbols to Unicode


def exact_match(output: str, target: str) -> float:
    return float(normal(output) == normal(target))


def token_f1(output: str, target: str) -> float:
    """F1 over the bag of words; where one side has none, 1 if the other has none either."""
    ours, theirs = normal(output).split(), normal(target).split()
    if not ours or not theirs:
        return float(ours == theirs)
    return f1((Counter(ours) & Counter(theirs)).total(), len(ours), len(theirs))


def normal(text: str) -> str:
    lowered = unicodedata.normalize("NFC", text[:MAX_CHARS].lower())
    bare = "".join(letter for letter in lowered if not _is_punctuation(letter))
    return " ".join(_UNSPACED.sub(r" \1 ", _ARTICLE.sub(" ", bare)).split())


def _is_punctuation(letter: str) -> bool:
    return letter in _SYMBOLS or unicodedata.category(letter).startswith("P")
