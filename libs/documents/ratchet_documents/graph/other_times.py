"""Words that say that figures are of another time than the year above them alone: of a part of it, or one that is only
foretold. Pure.
"""

import re
from collections.abc import Iterable
from typing import Final

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_COUNT: Final = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|thirteen|twenty-six|thirty-nine)"
_QUARTER: Final = r"\bquarter(?:s|ly)?\b|\bQuartals?\b|\btrimest\w+"
_HALF: Final = r"\bhalf(?:[\s-]?year(?:ly)?)?\b|\bHalbjahr\w*|\bsemest\w+"
_PART: Final = (
    r"\b(?!(?:12|52|53)\D)\d{1,2}[\s-]?(?:M(?:\d\d)?(?!\s+Co)|months?|weeks?)\b"
    rf"|\b{_COUNT}[\s-]+(?:months?|weeks?)\b|\bmonths?\s+ended\b|\bmonthly\b|\b\w*(?:monat|zwischen(?:bericht|abschluss|mitteilung))\w*|\b(?:mois|meses)\b"
    r"|\b(?:[QT][1-4]|[1-4][QT]|[HS][12]|[12][HS])(?:\d\d)?\b|\binterim\b|\bYTD\b|\byear[\s-]to[\s-]date\b"
    r"|\b[LT]TM\b|\btrailing\b|\b(?:last|past)\s+twelve\b"
    rf"|\b{_MONTH}\s*(?:[-–—]|to|through|until|bis)\s*(?:\d{{1,2}}\s+)?{_MONTH}(?!\w)|\b{_MONTH}[ \t]*(?=[|\n]|\Z)"
)
_OF_PART: Final = re.compile(rf"{_PART}|{_QUARTER}|{_HALF}", re.I)
_BEYOND: Final = {  # the word for what a column calls itself says nothing else
    "Q": re.compile(rf"{_PART}|{_HALF}", re.I),
    "H": re.compile(rf"{_PART}|{_QUARTER}", re.I),
}
_OF_ALL: Final = re.compile(
    r"\b(?:full|whole)[\s-]year\b|\bannual\b|\btwelve[\s-]months\b|\byears?\s+ended\b|\bGesamtjahr\b"
    r"|\bjanuar\s+bis\s+(?:zum\s+)?31\.\s?dezember\b",
    re.I,
)
_IN_ITS_CELL: Final = re.compile(
    r"\b(?:plan(?:ned)?|targets?|budget(?:ed)?|forecasts?|outlook|guidance|expected|estimated?|projected|average|prognose"
    r"|planung|budgetiert|prévisions?)\b"
    r"|%\s+of\s*\Z|\b(?:change|growth|variance|veränderung|variation)\s*\Z|\A\s?[/–-]\s?\d",
    re.I,
)


def is_of_part(titles: Iterable[str]) -> bool:
    """One of them says so: `First half 2025`, `January to September`, `Nine months`."""
    return _says(_OF_PART, titles)


def is_of_another(around: Iterable[str], column: str) -> bool:
    """`around`: what stands above, between and below the heads of columns, of which one is `2025`, `FY2025`, `2025-Q2`
    or `2025-H1`.
    """
    return _says(_BEYOND.get(column[5:6], _OF_PART), around)


def _says(what: re.Pattern[str], texts: Iterable[str]) -> bool:
    """A line does. `Fourth quarter and full year` is above both."""
    lines = (line for text in texts for line in text.split("\n"))
    return any(what.search(line) and not _OF_ALL.search(line) for line in lines)


def is_qualified(between: Iterable[str]) -> bool:
    """`between`: what stands in a line before, between and behind its years: `2025 plan`, `2024/25`, `% of 2025`."""
    cells = (one.split("|") for one in between)
    return any(_IN_ITS_CELL.search(cell) for its in cells for cell in (its[0], its[-1]))  # others are of no time
