"""How much of one text is in another, by words: ROUGE-1, ROUGE-2, ROUGE-L, each as F1 (Lin 2004).

Agrees with Google's rouge-score, without stemming, wherever the text is ASCII. That tokenizer drops every other letter,
so an answer in Greek would score 0 against itself. Here a word is a run of letters and digits of any script, after NFKC
and in lower case; scripts without spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer) count by character.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from rapidfuzz.distance import LCSseq

MAX_TOKENS = 20_000  # of each side; what comes after does not count (LCS of two such texts takes some 50 ms)

_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_ACCENTS = "\u0300-\u036f"  # those that NFKC could not join to their letter
_WORD = re.compile(rf"(?=[^\W_])[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]+[{_ACCENTS}]*)+")


@dataclass(frozen=True, slots=True)
class Rouge:
    rouge_1: float
    rouge_2: float
    rouge_l: float


def tokens(text: str) -> list[str]:
    return _WORD.findall(_normal(text))


def rouge_n(candidate: str, reference: str, n: int) -> float:
    """F1 over the n-grams of both, 0 where either has none."""
    return _rouge_n(_head(candidate), _head(reference), n)


def rouge_l(candidate: str, reference: str) -> float:
    """F1 over the longest common subsequence of words, 0 where either has none."""
    return _rouge_l(_head(candidate), _head(reference))


def rouge_all(candidate: str, reference: str) -> Rouge:
    ours, theirs = _head(candidate), _head(reference)
    return Rouge(_rouge_n(ours, theirs, 1), _rouge_n(ours, theirs, 2), _rouge_l(ours, theirs))


def f1(hits: float, predicted: int, expected: int) -> float:
    """`hits` of `predicted` things are among the `expected` ones; 0 where there is nothing on a side."""
    return 2 * hits / (predicted + expected) if predicted and expected else 0.0


def _normal(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def _head(text: str) -> list[str]:
    return [match[0] for match in islice(_WORD.finditer(_normal(text)), MAX_TOKENS)]


def _rouge_n(candidate: list[str], reference: list[str], n: int) -> float:
    if n < 1:
        raise ValueError(f"ROUGE-{n} does not exist: n counts the words of an n-gram, from 1.")
    ours, theirs = _ngrams(candidate, n), _ngrams(reference, n)
    return f1((ours & theirs).total(), ours.total(), theirs.total())


def _ngrams(words: list[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))


def _rouge_l(candidate: list[str], reference: list[str]) -> float:
    numbers: dict[str, int] = {}
    ours, theirs = ([numbers.setdefault(word, len(numbers)) for word in side] for side in (candidate, reference))
    return f1(LCSseq.similarity(ours, theirs), len(ours), len(theirs))
