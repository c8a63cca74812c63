"""How a number sounds, to find it in what was spoken: "two hundred fifty", "nineteen ninety nine". Pure.

English as far as it goes; of other languages the numbers from one to twenty.
"""

from collections.abc import Iterator
from typing import Final

_NAMES: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety
"""
_UNITS, _TENS = _NAMES.split()[:20], _NAMES.split()[20:]
_LARGE: Final = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_OTHERS: Final = (
    "ein eine un une uno una um uma een a", "zwei deux dos due dois duas twee both", "drei trois tres tre três drie",
    "vier quatre cuatro quattro quatro", "fünf cinq cinco cinque vijf", "sechs seis sei zes",
    "sieben sept siete sette sete zeven", "acht huit ocho otto oito", "neun neuf nueve nove negen",
    "zehn dix diez dieci dez tien", "elf onze once undici", "zwölf douze doce dodici doze twaalf dozen",
    "dreizehn treize trece", "vierzehn quatorze catorce", "fünfzehn quinze quince", "sechzehn seize", "siebzehn",
    "achtzehn", "neunzehn", "zwanzig vingt veinte venti vinte twintig",
)  # fmt: skip
HIGHEST: Final = 10**12


def spellings(value: float) -> Iterator[str]:
    """In lower case, without hyphens and "and". Not all that are possible: those that people use."""
    if not 0 <= value < HIGHEST:
        return
    whole, cents = int(value), round(value % 1 * 100)
    if value == whole:
        yield from _whole(whole)
    elif abs(value * 100 - round(value * 100)) < 1e-6:
        decimals = f"{cents:02d}".rstrip("0")
        spoken = " ".join(_UNITS[int(digit)] for digit in decimals)
        yield f"{_words(whole)} point {spoken}" if whole else f"point {spoken}"
        if 0 < whole < 100 and cents >= 10:
            yield f"{_words(whole)} {_words(cents)}"  # dollars and cents


def _whole(number: int) -> Iterator[str]:
    words = _words(number)
    yield words
    yield _ordinal(words)
    if 0 < number <= len(_OTHERS):
        yield from _OTHERS[number - 1].split()
    high, low = divmod(number, 100)
    if 10 <= high < 100 and high % 10:
        yield f"{_words(high)} hundred" if not low else f"{_words(high)} {_words(low)}"
    if words.startswith("one "):
        yield words.removeprefix("one ")  # "a hundred"


def _words(number: int) -> str:
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return f"{_TENS[tens - 2]} {_UNITS[rest]}" if rest else _TENS[tens - 2]
    size, name = next((size, name) for size, name in _LARGE if number >= size)
    count, rest = divmod(number, size)
    return f"{_words(count)} {name} {_words(rest)}" if rest else f"{_words(count)} {name}"


def _ordinal(words: str) -> str:
    before, _, last = words.rpartition(" ")
    ending = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{before} {ending}".strip()
