"""In which language is a text? By its script, and by the small words that every text of a language is full of.

Says nothing of short texts, of lists of names, and of texts that are half and half: a wrong guess costs a good answer.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FUNCTION_WORDS = Path(__file__).parent / "function_words.toml"
UNKNOWN = ""
SAMPLE = 600  # characters; of a longer text from three places
ENOUGH = 4.0  # small words; one that n languages have counts 1/√n
CLEAR = 1.5  # times as many as the next language has
SHARE = 0.12  # of the words; running text has .3 to .5
LETTERS = 12  # of a script that one language writes with; a letter of these says as much as a word
DOMINANT = 0.3  # of the letters
SOME = 0.08  # of the letters are kana in Japanese; in Chinese none is

_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), SOME),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"), DOMINANT),
    ("zh", re.compile(r"[\u3400-\u9fff]"), DOMINANT),
    ("el", re.compile(r"[\u0370-\u03ff]"), DOMINANT),
    ("he", re.compile(r"[\u0590-\u05ff]"), DOMINANT),
    ("hi", re.compile(r"[\u0900-\u097f]"), DOMINANT),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), DOMINANT),
)


def language_of(text: str) -> str:
    """ISO 639-1, or UNKNOWN. Norwegian goes by "da": in writing the two are too close."""
    sample = _sample(text)
    return (not sample.isascii() and _by_script(sample)) or _by_words(sample)


def can_be_told(language: str) -> bool:
    """Whether `language_of` knows it, under this code."""
    return language in _codes()


def _sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    part, middle = SAMPLE // 3, len(text) // 2
    return f"{text[:part]} {text[middle : middle + part]} {text[-part:]}"


def _by_script(sample: str) -> str:
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return UNKNOWN
    for language, script, share in _SCRIPTS:
        found = len(script.findall(sample))
        if found >= LETTERS and found >= share * letters:
            return language
    return UNKNOWN


def _by_words(sample: str) -> str:
    words = _WORD.findall(sample.lower())
    known, scores = _languages(), dict[str, float]()
    for word in words:
        for language, weight in known.get(word, ()):
            scores[language] = scores.get(language, 0.0) + weight
    ranked = sorted((score, language) for language, score in scores.items())
    if not ranked:
        return UNKNOWN
    most, best = ranked[-1]
    next_most = ranked[-2][0] if len(ranked) > 1 else 0.0
    sure = most >= ENOUGH and most >= CLEAR * next_most and most >= SHARE * len(words)
    return best if sure else UNKNOWN


@cache
def _codes() -> frozenset[str]:
    by_words = {language for told in _languages().values() for language, _ in told}
    return frozenset(by_words | {language for language, *_ in _SCRIPTS})


@cache
def _languages() -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Which languages have a word, and how much it says for each."""
    found: dict[str, list[str]] = {}
    for language, words in tomllib.loads(FUNCTION_WORDS.read_text(encoding="utf-8")).items():
        for word in words.split():
            found.setdefault(word, []).append(language)
    return {word: tuple((one, len(its) ** -0.5) for one in its) for word, its in found.items()}
