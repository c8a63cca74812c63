"""What letters tell of a text's language: scripts that one language writes with, and letters that one has. Pure."""

import re
from collections.abc import Iterator
from typing import Final

UNKNOWN: Final = ""
LETTERS: Final = 12  # of a script; a letter of these says as much as a word
DOMINANT: Final = 0.3  # of the letters
SOME: Final = 0.08  # of the letters are kana in Japanese; in Chinese none is
MOST: Final = 0.5  # of the letters, of a script that several languages write with
TELLING: Final = 2  # letters that only one of them has

SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), SOME),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"), DOMINANT),
    ("zh", re.compile(r"[\u3400-\u9fff]"), DOMINANT),
    ("el", re.compile(r"[\u0370-\u03ff]"), DOMINANT),
    ("he", re.compile(r"[\u0590-\u05ff]"), DOMINANT),
    ("hi", re.compile(r"[\u0900-\u097f]"), DOMINANT),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), DOMINANT),
    ("bn", re.compile(r"[\u0980-\u09ff]"), DOMINANT),
    ("pa", re.compile(r"[\u0a00-\u0a7f]"), DOMINANT),
    ("gu", re.compile(r"[\u0a80-\u0aff]"), DOMINANT),
    ("ta", re.compile(r"[\u0b80-\u0bff]"), DOMINANT),
    ("te", re.compile(r"[\u0c00-\u0c7f]"), DOMINANT),
    ("kn", re.compile(r"[\u0c80-\u0cff]"), DOMINANT),
    ("ml", re.compile(r"[\u0d00-\u0d7f]"), DOMINANT),
    ("si", re.compile(r"[\u0d80-\u0dff]"), DOMINANT),
    ("lo", re.compile(r"[\u0e80-\u0eff]"), DOMINANT),
    ("my", re.compile(r"[\u1000-\u109f]"), DOMINANT),
    ("ka", re.compile(r"[\u10a0-\u10ff]"), DOMINANT),
    ("am", re.compile(r"[\u1200-\u137f]"), DOMINANT),
    ("km", re.compile(r"[\u1780-\u17ff]"), DOMINANT),
    ("hy", re.compile(r"[\u0530-\u058f]"), DOMINANT),
)
# A script that several languages write with: those letters that one of them has, and those that it never has.
SHARED: Final = (
    ("ar", re.compile(r"[\u0600-\u06ff]"), "ةىيكأإ", "پچژگکیہےںٹڈڑھټډړښګېێۆڕەۇ"),
    ("fa", re.compile(r"[\u0600-\u06ff]"), "پچژگکی", "ةہےںٹڈڑھټډړښګېێۆڕەۇ"),
    ("ur", re.compile(r"[\u0600-\u06ff]"), "ہےںٹڈڑ", "ټډړښګېێۆڕەۇ"),
    ("ru", re.compile(r"[\u0400-\u04ff]"), "ыэё", "іїєґўқңәғұүөһђћјљњџќѓѕ"),
    ("uk", re.compile(r"[\u0400-\u04ff]"), "іїєґ", "ыэёъўқңәғұүөһђћјљњџќѓѕ"),
)
# Of the languages that are known by their words.
OF_ONE: Final = {
    letter: language
    for language, letters in {
        "cs": "ěřů",
        "pl": "łśźż",
        "hu": "őű",
        "ro": "șț",
        "tr": "ğı",
        "vi": "ơưạảấầẩẫậắằẳẵặẹẻẽềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỵỷỹ",
        "de": "ß",
        "da": "ø",
        "es": "ñ¿",
        "pt": "ãõ",
    }.items()
    for letter in letters
}

_FAR = re.compile(r"[\u0370-\u1fff\u2c00-\ufdff]")
_OF_ONE = re.compile(f"[{''.join(OF_ONE)}]")


def by_script(sample: str) -> str:
    """ISO 639-1, or UNKNOWN."""
    if len(_FAR.findall(sample)) < LETTERS:
        return UNKNOWN
    letters = sum(map(str.isalpha, sample))
    for language, script, share in SCRIPTS:
        found = len(script.findall(sample))
        if found >= LETTERS and found >= share * letters:
            return language
    return _by_letters(sample.lower(), letters)


def _by_letters(sample: str, letters: int) -> str:
    for language, script, its_own, never in SHARED:
        is_script = len(script.findall(sample)) >= max(LETTERS, MOST * letters)
        if is_script and not any(sign in sample for sign in never) and sum(map(sample.count, its_own)) >= TELLING:
            return language
    return UNKNOWN


def letters_of_one(sample: str) -> Iterator[str]:
    """The language of each letter that only one of those has that are known by words. `sample`: in lower case."""
    return map(OF_ONE.__getitem__, _OF_ONE.findall(sample))
