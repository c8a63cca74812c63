"""Which language do somebody's words name: by its code, by its English name, or by its own? Pure."""

import re
from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "ar": "arabic العربية",
    "bg": "bulgarian български",
    "cs": "czech čeština česky",
    "da": "danish norwegian dansk norsk bokmål nynorsk",
    "de": "german deutsch",
    "el": "greek ελληνικά",
    "en": "english",
    "es": "spanish español castellano",
    "fa": "persian farsi فارسی",
    "fi": "finnish suomi suomeksi",
    "fr": "french français francais",
    "he": "hebrew עברית",
    "hi": "hindi हिन्दी",
    "hu": "hungarian magyar magyarul",
    "id": "indonesian",
    "it": "italian italiano",
    "ja": "japanese 日本語",
    "ko": "korean 한국어",
    "nl": "dutch nederlands",
    "pl": "polish polski",
    "pt": "portuguese português portugues",
    "ro": "romanian română romana",
    "ru": "russian русский",
    "sv": "swedish svenska",
    "th": "thai ไทย",
    "tr": "turkish türkçe",
    "uk": "ukrainian українська",
    "vi": "vietnamese",
    "zh": "chinese mandarin 中文",
}
_CODES: Final = {name: code for code, names in NAMES.items() for name in names.split()}
_CODE: Final = re.compile(r"\s*([a-z]{2})(?:[-_][a-z0-9]{2,8})*\s*", re.IGNORECASE)


def language_named(words: str) -> str:
    """ISO 639-1; empty where they name none that is known, or several."""
    if code := _CODE.fullmatch(words):
        return code[1].lower()
    found = {_CODES[word] for word in re.findall(r"[^\s,.;:()/-]+", words.casefold()) if word in _CODES}
    return found.pop() if len(found) == 1 else ""
