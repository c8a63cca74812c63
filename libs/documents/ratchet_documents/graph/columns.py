"""Over which time each column of a statement goes, by the words above it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ratchet_documents.graph.money import CURRENCY
from ratchet_documents.graph.other_times import is_of_another, is_qualified
from ratchet_documents.metadata.dates import days_in
from ratchet_documents.metadata.months import MONTH, month_of
from ratchet_documents.metadata.periods import periods_in

_YEAR: Final = r"(?:19|20)\d\d"
_TOKEN: Final = re.compile(
    rf"\b(?P<length>(?P<count>three|six|nine|twelve|thirteen|twenty-six|thirty-nine|fifty-two|13|26|39|52)[\s-]+"
    rf"(?P<unit>months?|weeks?)\s+(?:end(?:ed|ing)|to(?=\s+\d))|quarters?\s+end(?:ed|ing)"
    rf"|(?:fiscal\s+|financial\s+)?years?\s+end(?:ed|ing))"
    rf"|\b(?P<month>{MONTH})\s+(?P<day>\d{{1,2}})\b(?![.%]|,\d)"
    rf"|(?<![\d.,])(?P<day_before>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.)?\s+(?P<its_month>{MONTH})(?!\w|,?\s+\d\d?\b)"
    rf"|(?<![\w.,/-])(?P<date>\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}|{_YEAR}-\d\d-\d\d)(?![\w/-]|[.,]\d)"
    rf"|\b(?P<part>(?:Q[1-4]|H[12])(?:[\s,'’/-]{{0,3}}(?:FY[\s'’-]{{0,2}})?{_YEAR}|[\s-]?(?:FY[\s'’-]{{0,2}}|['’])\d\d)"
    rf"|(?:[1-4]Q|[12]H)[\s-]?(?:(?:FY[\s'’-]{{0,2}})?{_YEAR}|(?:FY[\s-]?)?['’]?\d\d)"
    rf"|{_YEAR}[\s,/_-]?(?:Q[1-4]|H[12])(?!\s?[\d'’]|\s?FY)"
    rf"|(?:first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:quarter|half(?:[\s-]+year)?)\s+(?:of\s+)?(?:FY\s?)?{_YEAR})\b"
    rf"|\b(?:FY[\s_'’-]{{0,3}}(?P<fiscal>{_YEAR}|\d\d)|(?:fiscal(?:\s+year)?|Geschäftsjahr|exercice|ejercicio)\s+(?P<said>{_YEAR}))\b"
    rf"|\b(?P<year>{_YEAR})\b(?!,\d|\.\d|\s?%)",
    re.I,
)
_LENGTHS: Final = {
    "three": "3M", "six": "6M", "nine": "9M", "twelve": "12M",
    "thirteen": "3M", "twenty-six": "6M", "thirty-nine": "9M", "fifty-two": "12M",
    "13": "3M", "26": "6M", "39": "9M", "52": "12M",
}  # fmt: skip
_SIGNS: Final = r"[\s,|$()\u00a0\u200b-]*"
_IN_WHAT: Final = (
    rf"(?:{CURRENCY}\s?)?(?:['’]?000s?|millions?|thousands?|billions?|tausend|(?:mio|mrd|tsd)\.?|bn|mn|m|k)\b"
)
_ONLY: Final = re.compile(
    rf"{_SIGNS}(?:\([^()]{{0,80}}\)|(?:as of|as at|and|at|in millions|ended|restated|zum|au|et|und|retraité)"
    rf"|%?\s?(?:change|variance|growth|veränderung|abweichung|variation|évolution)(?:\s?(?:in\s)?%)?|%|{_IN_WHAT}|{CURRENCY})?{_SIGNS}",
    re.I,
)
_NOTE: Final = re.compile(r"\b(?:notes?|anhang|anm\.?|ziffer)(?!\w)[^\n|]{0,10}(?:\|[^\n|]{0,30}){0,2}\Z", re.I)
_IS_NAMED: Final = re.compile(r"FY|\d{4}-[QH]")
LENGTH_OF_DAY: Final = 10  # characters of `2023-12-31`
NEAR: Final = 200  # characters around a head that are looked at
_LAST_CENTURY: Final = 70  # years of two digits from here on
_NO_DIGITS: Final = re.compile(r"\D{0,120}")


@dataclass(frozen=True, slots=True)
class Head:
    """`columns`: the key of each period: `3M-2022-06-25`, `2022-06-25` for a day, `2022` without one, `FY2022` and
    `2022-Q3` where only the name of the time is told. `notes`: a column of them stands before the others. `between`:
    what stands in its lines before, between and behind the words that tell its times.
    """

    start: int
    end: int
    columns: tuple[str, ...]
    notes: bool = False
    between: tuple[str, ...] = ()

    def is_sure(self, above: str, below: str) -> bool:
        """Whether nothing around it says that its years, quarters or halves are of another time than they name."""
        around = (above, *self.between, below)
        named = [one for one in self.columns if len(one) < LENGTH_OF_DAY]
        return not named or not (is_qualified(self.between) or any(is_of_another(around, one) for one in named))


def heads_in(text: str) -> Iterator[Head]:
    """Of one column at least; what stands between its words is nothing but signs."""
    group: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if group and not _goes_on(text, group, token):
            yield from _head(text, group)
            group = []
        group.append(token)
    yield from _head(text, group)


def _goes_on(text: str, group: list[re.Match[str]], token: re.Match[str]) -> bool:
    """Until a year is told, other words may stand between, such as of what the amounts are in."""
    between = _ONLY if any(one["year"] or _named(one) for one in group) else _NO_DIGITS
    return between.fullmatch(text, group[-1].end(), token.start()) is not None


def _head(text: str, group: list[re.Match[str]]) -> Iterator[Head]:
    lengths = [_length(token) for token in group if token["length"]]
    ends = _ends(group)
    if not ends or (lengths and len(ends) % len(lengths)) or (not lengths and len(set(ends)) < len(ends)):
        return
    each = len(ends) // len(lengths) if lengths else len(ends)
    columns = [
        f"{lengths[at // each]}-{end}" if lengths and not _IS_NAMED.match(end) else end for at, end in enumerate(ends)
    ]
    first = next(one.start() for one in group if one["year"] or _named(one))
    notes = _NOTE.search(text, text.rfind("\n", 0, first) + 1, first) is not None
    yield Head(group[0].start(), group[-1].end(), tuple(columns), notes, tuple(_between(text, group)))


def _between(text: str, group: list[re.Match[str]]) -> Iterator[str]:
    start, last = group[0].start(), group[-1].end()
    yield text[max(text.rfind("\n", 0, start) + 1, start - NEAR) : start]
    for one, other in pairwise(group):
        yield text[one.end() : other.start()]
    yield text[last : last + NEAR].partition("\n")[0].partition("|")[0]


def _ends(group: list[re.Match[str]]) -> list[str]:
    """`April 30, May 1, 2023 2022` are two days, `September 30, 2022 2021` too."""
    days = [_day(token) for token in group if _has_day(token)]
    years = [token["year"] for token in group if token["year"]]
    before = next((at for at, token in enumerate(group) if token["year"]), 0)
    if len(days) == len(years) > 1 and sum(1 for token in group[:before] if _has_day(token)) == len(days):
        return [f"{year}-{day}" for year, day in zip(years, days, strict=True)]
    ends, day = list[str](), ""
    for token in group:
        if _has_day(token):
            day = _day(token)
        elif name := _named(token):
            ends.append(name)
        elif token["year"]:
            ends.append(f"{token['year']}-{day}" if day else token["year"])
    return ends


def _has_day(token: re.Match[str]) -> bool:
    return bool(token["month"] or token["its_month"])


def _day(token: re.Match[str]) -> str:
    month, day = token["month"] or token["its_month"], token["day"] or token["day_before"]
    return f"{month_of(month):02}-{int(day):02}"


def _named(token: re.Match[str]) -> str:
    """Of what tells its year itself."""
    if token["date"]:
        return next((day.isoformat() for _, day in days_in(token["date"])), "")
    if token["part"]:
        return next(iter(periods_in(token["part"])), "")
    fiscal = token["fiscal"] or token["said"] or ""
    if len(fiscal) == len("23"):
        fiscal = f"{20 if int(fiscal) < _LAST_CENTURY else 19}{fiscal}"
    return f"FY{fiscal}" if fiscal else ""


def _length(token: re.Match[str]) -> str:
    if token["count"]:
        return _LENGTHS[token["count"].casefold()]
    return "3M" if token["length"].casefold().startswith("quarter") else "12M"


def period_name(key: str) -> str:
    length, _, end = key.partition("M-")
    return f"{length} months to {end}" if end else key
