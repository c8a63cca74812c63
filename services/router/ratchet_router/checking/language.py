"""In which language is a text? By its script, its letters, and the small words that each text of a language is full of.

Says nothing of short texts, of lists of names, and of texts that are half and half: a wrong guess costs a good answer.
Not told apart: Norwegian and Danish; Hindi, Marathi and Nepali. Of what is written in Latin or Cyrillic letters but has
no list in `function_words.toml` (Slovak, Croatian, Serbian, Catalan) mostly nothing is said.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ratchet_router.checking.scripts import SCRIPTS, SHARED, UNKNOWN, by_script, letters_of_one

FUNCTION_WORDS = Path(__file__).parent / "function_words.toml"
SAMPLE = 600  # characters; of a longer text from three places
ENOUGH = 4.0  # small words; one that n languages have counts 1/√n
ENOUGH_FOR_A_WARNING = 1.5
CLEAR = 1.5  # times as many as the next language has
SHARE = 0.12  # of the words; running text has .3 to .5

_WORD = re.compile(r"\b[^\W\d_]+\b")  # whole ones: the letters between the digits of an identifier are none


def language_of(text: str) -> str:
    """ISO 639-1, or UNKNOWN. Norwegian goes by "da": in writing the two are too close."""
    sample = _sample(text)
    return (not sample.isascii() and by_script(sample)) or _by_words(sample)


def likely_language_of(text: str) -> str:
    """Of a sentence, where no more than a warning hangs on it: fewer small words are enough."""
    sample = _sample(text)
    return (not sample.isascii() and by_script(sample)) or _by_words(sample, enough=ENOUGH_FOR_A_WARNING)


def can_be_told(language: str) -> bool:
    """Whether `language_of` knows it, under this code."""
    return language in _codes()


@cache
def function_words(*languages: str) -> frozenset[str]:
    """Of the languages, by their codes: those that say nothing of what a text is about."""
    known = tomllib.loads(FUNCTION_WORDS.read_text(encoding="utf-8"))
    return frozenset(word for language in languages for word in known[language].split())


def _sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    part, middle = SAMPLE // 3, len(text) // 2
    return f"{text[:part]} {text[middle : middle + part]} {text[-part:]}"


def _by_words(sample: str, enough: float = ENOUGH) -> str:
    words = _WORD.findall(sample.lower())
    known, scores = _languages(), dict[str, float]()
    for word in words:
        for language, weight in known.get(word, ()):
            scores[language] = scores.get(language, 0.0) + weight
    for language in () if sample.isascii() else letters_of_one(sample.lower()):
        if language in scores:  # else it is a name
            scores[language] += 1
    ranked = sorted((score, language) for language, score in scores.items())
    if not ranked:
        return UNKNOWN
    most, best = ranked[-1]
    next_most = ranked[-2][0] if len(ranked) > 1 else 0.0
    sure = most >= enough and most >= CLEAR * next_most and most >= SHARE * len(words)
    return best if sure else UNKNOWN


@cache
def _codes() -> frozenset[str]:
    by_words = {language for told in _languages().values() for language, _ in told}
    return frozenset(by_words | {language for language, *_ in (*SCRIPTS, *SHARED)})


@cache
def _languages() -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Which languages have a word, and how much it says for each."""
    found: dict[str, list[str]] = {}
    for language, words in tomllib.loads(FUNCTION_WORDS.read_text(encoding="utf-8")).items():
        for word in words.split():
            found.setdefault(word, []).append(language)
    return {word: tuple((one, len(its) ** -0.5) for one in its) for word, its in found.items()}
