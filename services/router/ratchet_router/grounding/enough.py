"""Is what was retrieved enough to answer from? Pure: by how the passages stand apart, and what of the question is in
them.
"""

import re
from calendar import day_name, month_name
from collections.abc import Sequence
from typing import Final

from ratchet_documents.asked_companies import called, short_name
from ratchet_documents.misspelt_names import misspelt
from ratchet_router.checking.language import function_words, likely_language_of
from ratchet_router.checking.scripts import UNKNOWN
from ratchet_router.grounding.sources import VECTORS, Source

COVERED: Final = 0.5  # of the question's words: fewer, and the passages are about something else
COVERED_ELSE: Final = 0.25  # in a language whose small words and forms are not known here
KNOWN: Final = ("en", "de", "fr", "es")
GAP: Final = 0.05  # of the best score, between the best and the last: less, and none stands out
TOLD: Final = 5  # names, at most
STEM: Final = 5  # letters by which two forms of a word are known as one

_ASKS: Final = re.compile(
    r"wh(?:at|en|ere|ich|om?|ose|y)|how|does|did|could|would|should|may|much|list|name|give|show|tell|state|say|please"
    r"|answer|question"
    r"|according|was|wie|wer|wo|wann|welche[rsn]?|qu[ei]l?s?|quelles?|combien|cu[aá]l(?:es)?|qué|quién|cuándo|cuánto"
)
_WORD: Final = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_YEAR: Final = re.compile(  # and not a number such as in `more than 2000 employees`
    r"(?P<of_a_number>\b(?:than|over|under|above|below|least|most|exactly|about|around|nearly|almost|als|über|unter"
    r"|mindestens|höchstens|rund|etwa|(?:más|menos|plus|moins)\s+de)\s+)?(?<![\d.,$€£])(?P<year>(?:19|20)\d\d)(?![\d%]|[.,]\d)",
    re.I,
)
_SENTENCE: Final = re.compile(r"[^.!?]+(?:[.!?](?!\s|$)[^.!?]*)*")
_NO_NAMES: Final = frozenset(name.casefold() for name in (*month_name, *day_name))


def words_of(text: str) -> list[str]:
    """Those that say what it is about, in their order, each once."""
    small = function_words(*KNOWN)
    said = dict.fromkeys(_WORD.findall(text.casefold()))
    return [
        word for word in said if (len(word) > 1 or word.isdigit()) and word not in small and not _ASKS.fullmatch(word)
    ]


def covered(question: str, sources: Sequence[Source]) -> float:
    """Which share of the question's words stands in the passages, or in the titles of their documents."""
    asked = words_of(question)
    if not asked:
        return 1.0
    there = _stems_in(sources)
    return sum(_stem(word) in there for word in asked) / len(asked)


def names_in(question: str) -> list[str]:
    """What is written large within a sentence, in its order, each once; no months, and nothing with a digit."""
    later = [word for sentence in _SENTENCE.findall(question) for word in _WORD.findall(sentence)[1:]]
    telling = frozenset(words_of(question)) - _NO_NAMES
    return list(
        dict.fromkeys(word for word in later if word[0].isupper() and word.isalpha() and word.casefold() in telling)
    )


def names_missing(question: str, sources: Sequence[Source]) -> list[str]:
    """The names of the question, where none of them stands in the passages; empty where one does, or there is none.
    One that misspells the company of a passage stands there: it was taken for that when it was looked for.
    """
    names, there = names_in(question), _stems_in(sources)
    stand = any(_stem(name.casefold()) in there for name in names) or _misspells_one(question, sources)
    return [] if stand else names


def _misspells_one(question: str, sources: Sequence[Source]) -> bool:
    companies = frozenset(short_name(source.company) for source in sources) - {""}
    return next(misspelt(question, called(companies)), None) is not None


def years_missing(question: str, sources: Sequence[Source]) -> list[str]:
    """The years of the question, where none of them stands in the passages (`2025`, `FY25`, `'25`, `2024/25`,
    `31.12.25`); empty where one does, or there is none.
    """
    years = list(dict.fromkeys(one["year"] for one in _YEAR.finditer(question) if not one["of_a_number"]))
    told = "\n".join(f"{source.title} {source.period} {source.text}" for source in sources)
    return [] if any(_tells_year(told, year) for year in years) else years


def _tells_year(told: str, year: str) -> bool:
    short = rf"(?:\b[FGCA][YJ]\s?|['\u2019/-]|\d\.\d\d?\.){year[2:]}"  # of a fiscal year, or at the end of a day
    return re.search(rf"(?:(?<!\d){year}|{short})(?!\d)", told) is not None


def speaks_of_others(question: str, sources: Sequence[Source]) -> bool:
    """Whether the passages have none of the names, or none of the years, that the question is about."""
    return bool(names_missing(question, sources) or years_missing(question, sources))


def strays(question: str, sources: Sequence[Source], *, by_names: bool = False) -> bool:
    """Whether the passages are about something else than the question, as far as words tell: those that were found by
    vectors may say it in other words, or in another language. `by_names`: names and years alone tell.
    """
    if not sources or any(VECTORS in source.ranks for source in sources):
        return False
    return (not by_names and covered(question, sources) < _enough(question)) or speaks_of_others(question, sources)


def _enough(question: str) -> float:
    return COVERED if likely_language_of(question) in (*KNOWN, UNKNOWN) else COVERED_ELSE


def stands_out(sources: Sequence[Source]) -> bool:
    """Whether the best is better than the last of those that were searched for, and not only among like ones."""
    scores = [source.score for source in sources if source.ranks and source.score > 0]
    if len(scores) < 2:
        return True
    return (max(scores) - min(scores)) / max(scores) >= GAP


def missing(question: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """Why another round is worth it; empty: what is there is enough."""
    if not sources:
        return ("Nothing was found.",)
    found = []
    share = covered(question, sources)
    if share < COVERED:
        found.append(f"Of the question's words {share:.0%} stand in the passages.")
    if names := names_missing(question, sources):
        found.append(f"No passage has what the question names: {', '.join(names[:TOLD])}.")
    if years := years_missing(question, sources):
        found.append(f"No passage tells of {', '.join(years[:TOLD])}.")
    if not stands_out(sources):
        found.append("No passage stands out from the others.")
    return tuple(found)


def _stems_in(sources: Sequence[Source]) -> frozenset[str]:
    return frozenset(
        _stem(word)
        for source in sources
        for word in _WORD.findall(f"{source.title} {source.company} {source.period} {source.text}".casefold())
    )


def _stem(word: str) -> str:
    return word if any(letter.isdigit() for letter in word) else word[:STEM]
