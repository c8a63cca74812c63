"""Which language is this, about? Enough to see that the mix of languages has changed, in microseconds.

By script where the script says it, by the commonest small words where many share one. Not meant for single sentences.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

UNKNOWN: Final = "unknown"
ENOUGH: Final = 0.3  # of the letters, in a script that is not Latin
LEAST_WORDS: Final = 2
READ: Final = 300  # words
SCRIPTS: Final = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "zh": re.compile("[\u4e00-\u9fff\u3400-\u4dbf]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
KANA_AMONG_HAN: Final = 0.1  # Japanese writes Chinese characters too, and kana between them
OUTSIDE_LATIN: Final = re.compile("[\u0370-\u03ff\u0400-\u06ff\u0900-\u0e7f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")
LETTER: Final = re.compile(r"[^\W\d_]")
SMALL_WORDS: Final = {
    "en": "the and of to in is that it for was with are this have not you which from at be by",
    "de": "der die das und ist nicht ein eine den von zu mit dem sich auf für wir sie auch wird es",
    "fr": "le la les des et est une dans que pour qui pas sur au avec ce nous il du sont plus",
    "es": "el los las una que en es por con para del se no como más pero su al está lo y",
    "pt": "o os as um uma que em não é por com para do da no na se mais como mas ao",
    "it": "il gli che di è un una per non con del della sono anche come più ma nel alla ha lo",
    "nl": "de het een en van is niet dat in op te zijn voor met die er aan ook wordt maar bij",
    "sv": "och att det som en är på för av med den inte till har om ett jag vi kan från så",
    "da": "og at det er en til på for af med den ikke der har som et jeg vi kan fra så",
    "pl": "i w na się że nie jest do z to jak za po od przez o są dla czy tego jej",
    "tr": "ve bir bu için ile da de olarak daha çok en gibi ne olan var değil kadar sonra ama ki ben",
    "id": "yang dan di ini untuk dengan dari tidak pada akan dalam adalah ke itu juga ada saya atau oleh telah kami",
}
SPEAKS_FOR: Final[dict[str, tuple[str, ...]]] = {
    word: tuple(language for language, words in SMALL_WORDS.items() if word in words.split())
    for word in {word for words in SMALL_WORDS.values() for word in words.split()}
}


def language_of(text: str, words: Sequence[str]) -> str:
    """A code of two letters, or UNKNOWN. `words`: those of `text`, in small letters."""
    if text.isascii() or not OUTSIDE_LATIN.search(text):
        return _by_words(words)
    return _by_script(text) or _by_words(words)


def _by_script(text: str) -> str | None:
    letters = len(LETTER.findall(text))
    found = {language: len(script.findall(text)) for language, script in SCRIPTS.items()}
    if found["ja"] > KANA_AMONG_HAN * found["zh"]:
        found["ja"] += found.pop("zh")
    language = max(found, key=lambda one: found[one])
    return language if found[language] >= max(1.0, ENOUGH * letters) else None


def _by_words(words: Sequence[str]) -> str:
    votes: dict[str, int] = {}
    for word, times in Counter(filter(SPEAKS_FOR.__contains__, words[:READ])).items():
        for language in SPEAKS_FOR[word]:
            votes[language] = votes.get(language, 0) + times
    most = max(votes.values(), default=0)
    best = [language for language, times in votes.items() if times == most]
    return best[0] if most >= LEAST_WORDS and len(best) == 1 else UNKNOWN
