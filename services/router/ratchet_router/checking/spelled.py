"""How a number sounds, to find it in what was spoken: "two hundred fifty", "nineteen ninety nine". Pure.

English as far as it goes, with halves and dozens; German and French up to 999 (`number_words.py`); of other
languages the numbers from one to twenty.
"""

from collections.abc import Iterator
from typing import Final

from ratchet_router.checking.number_words import french, french_halves, german, german_halves

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
MOST_DOZENS: Final = 20
HIGHEST: Final = 10**12


def spellings(value: float) -> Iterator[str]:
    """In lower case, without hyphens and "and". Not all that are possible: those that people use."""
    if not 0 <= value < HIGHEST:
        return
    whole, cents = int(value), round(value % 1 * 100)
    if value == whole:
        yield from _whole(whole)
    elif abs(value * 100 - round(value * 100)) < 1e-6:
        yield _with_decimals(whole, cents)
        if 0 < whole < 100 and cents >= 10:
            yield f"{_words(whole)} {_words(cents)}"  # dollars and cents
    for scale, name in _LARGE[:3]:
        yield from _scaled(value / scale, name)
    yield from _halves(value, "")


def _with_decimals(whole: int, cents: int) -> str:
    spoken = " ".join(_UNITS[int(digit)] for digit in f"{cents:02d}".rstrip("0"))
    return f"{_words(whole)} point {spoken}" if whole else f"point {spoken}"


def _scaled(count: float, name: str) -> Iterator[str]:
    """2.5 million: "two point five million", "two and a half million"."""
    cents = round(count % 1 * 100)
    if cents in (0, 100) or count >= 1000 or abs(count * 100 - round(count * 100)) > 1e-6:
        return
    yield f"{_with_decimals(int(count), cents)} {name}"
    yield from _halves(count, name)
    quarters = {25: "quarter of a", 75: "three quarters of a"}.get(cents)
    if quarters and count < 1:
        yield f"{quarters} {name}"


def _halves(count: float, name: str) -> Iterator[str]:
    if count % 1 != 0.5:
        return
    whole = int(count)
    if not whole:
        yield from (f"half a {name}".rstrip(), f"half {name}".rstrip())
    elif whole < 100:
        said = _words(whole)
        yield from (f"{said} a half {name}".rstrip(), f"{said} {name} a half", f"{whole} a half {name}".rstrip())
    if name:
        yield from (*german_halves(whole, name), *french_halves(whole, name))


def _whole(number: int) -> Iterator[str]:
    words = _words(number)
    yield words
    yield _ordinal(words)
    if 0 < number <= len(_OTHERS):
        yield from _OTHERS[number - 1].split()
    if 20 < number < 1000:
        yield from (german(number), *french(number))
    if number % 12 == 0 and 0 < number <= MOST_DOZENS * 12:
        yield f"{_words(number // 12)} dozen"
    if number == 6:
        yield "half a dozen"
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
