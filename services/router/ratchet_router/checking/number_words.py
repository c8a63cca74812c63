"""How German and French say a number from 1 to 999, and so many millions and a half. In lower case, without hyphens."""

from collections.abc import Iterator
from typing import Final

_GERMAN: Final = """
null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn
neunzehn
""".split()  # noqa: SIM905
_GERMAN_TENS: Final = ("zwanzig", "dreissig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
_FRENCH: Final = """
zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
""".split()  # noqa: SIM905
_FRENCH_TENS: Final = ("vingt", "trente", "quarante", "cinquante", "soixante")
_SWISS_TENS: Final = {7: "septante", 8: "huitante", 9: "nonante"}
_GERMAN_SCALES: Final = {"thousand": "tausend", "million": "millionen", "billion": "milliarden"}
_GERMAN_ONE_OF: Final = {"thousand": "tausend", "million": "million", "billion": "milliarde"}
_FRENCH_SCALES: Final = {"million": "million", "billion": "milliard"}


def german(number: int) -> str:
    """With ss for ß."""
    hundreds, rest = divmod(number, 100)
    before = f"{_GERMAN[hundreds] if hundreds > 1 else 'ein'}hundert" if hundreds else ""
    return before + (_german_below_100(rest) if rest or not hundreds else "")


def _german_below_100(number: int) -> str:
    if number < 20:
        return "eins" if number == 1 else _GERMAN[number]
    tens, unit = divmod(number, 10)
    return f"{_GERMAN[unit]}und{_GERMAN_TENS[tens - 2]}" if unit else _GERMAN_TENS[tens - 2]


def french(number: int) -> Iterator[str]:
    """As in France, then as in Switzerland and Belgium where that differs."""
    hundreds, rest = divmod(number, 100)
    before = ("cent" if hundreds == 1 else f"{_FRENCH[hundreds]} cent") if hundreds else ""
    if not rest and hundreds:
        yield from (before, f"{before}s") if hundreds > 1 else (before,)
        return
    for said in _french_below_100(rest):
        yield f"{before} {said}".strip()


def _french_below_100(number: int) -> Iterator[str]:
    tens, unit = divmod(number, 10)
    if number < 17:
        yield _FRENCH[number]
    elif number < 20:
        yield f"dix {_FRENCH[unit]}"
    elif number < 70:
        yield _joined(_FRENCH_TENS[tens - 2], unit)
    else:
        yield from _french_from_70(number)
        yield _joined(_SWISS_TENS[tens], unit)


def _french_from_70(number: int) -> Iterator[str]:
    rest = next(_french_below_100(number - (60 if number < 80 else 80))) if number != 80 else ""
    if number < 80:
        yield f"soixante et {rest}" if number == 71 else f"soixante {rest}"
    else:
        yield f"quatre vingt {rest}" if rest else "quatre vingts"


def _joined(tens: str, unit: int) -> str:
    if not unit:
        return tens
    return f"{tens} et un" if unit == 1 else f"{tens} {_FRENCH[unit]}"


def german_halves(whole: int, scale: str) -> Iterator[str]:
    """`scale`: in English. Of 0 half of it, of 2 two and a half."""
    name = _GERMAN_SCALES[scale]
    if not whole:
        yield f"halbe {_GERMAN_ONE_OF[scale]}"
    elif whole == 1:
        yield from (f"anderthalb {name}", f"eineinhalb {name}")
    elif whole < 1000:
        yield f"{german(whole)}einhalb {name}"


def french_halves(whole: int, scale: str) -> Iterator[str]:
    name = _FRENCH_SCALES.get(scale)
    if name and not whole:
        yield from (f"demi {name}", f"demi {name}s")
    elif name and whole < 1000:
        yield from (f"{said} {name}{'s' if whole > 1 else ''} et demi" for said in french(whole))
