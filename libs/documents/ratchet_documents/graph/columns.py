"""Over which time each column of a statement goes, by the words above it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_TOKEN: Final = re.compile(
    rf"\b(?P<length>(?P<count>three|six|nine|twelve|thirteen|twenty-six|thirty-nine|fifty-two|13|26|39|52)[\s-]+"
    rf"(?P<unit>months?|weeks?)\s+end(?:ed|ing)|quarters?\s+end(?:ed|ing)|(?:fiscal\s+)?years?\s+end(?:ed|ing))"
    rf"|\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})\b(?![.%]|,\d)|\b(?P<year>(?:19|20)\d\d)\b(?!,\d|\.\d|\s?%)",
    re.I,
)
_LENGTHS: Final = {
    "three": "3M", "six": "6M", "nine": "9M", "twelve": "12M",
    "thirteen": "3M", "twenty-six": "6M", "thirty-nine": "9M", "fifty-two": "12M",
    "13": "3M", "26": "6M", "39": "9M", "52": "12M",
}  # fmt: skip
_ONLY: Final = re.compile(
    r"[\s,|$()\u00a0\u200b-]*(?:\([^()]{0,80}\)|(?:as of|and|at|in millions|ended))?[\s,|$()\u00a0\u200b-]*", re.I
)
_NO_DIGITS: Final = re.compile(r"\D{0,120}")


@dataclass(frozen=True, slots=True)
class Head:
    """`columns`: the key of each period: `3M-2022-06-25`, `2022-06-25` for a day, `2022` without one."""

    start: int
    end: int
    columns: tuple[str, ...]


def heads_in(text: str) -> Iterator[Head]:
    """Of one column at least; what stands between its words is nothing but signs."""
    group: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if group and not _goes_on(text, group, token):
            yield from _head(group)
            group = []
        group.append(token)
    yield from _head(group)


def _goes_on(text: str, group: list[re.Match[str]], token: re.Match[str]) -> bool:
    """Until a year is told, other words may stand between, such as of what the amounts are in."""
    between = _ONLY if any(one["year"] for one in group) else _NO_DIGITS
    return between.fullmatch(text, group[-1].end(), token.start()) is not None


def _head(group: list[re.Match[str]]) -> Iterator[Head]:
    lengths = [_length(token) for token in group if token["length"]]
    ends = _ends(group)
    if not ends or (lengths and len(ends) % len(lengths)) or (not lengths and len(set(ends)) < len(ends)):
        return
    each = len(ends) // len(lengths) if lengths else len(ends)
    columns = [f"{lengths[at // each]}-{end}" if lengths else end for at, end in enumerate(ends)]
    yield Head(group[0].start(), group[-1].end(), tuple(columns))


def _ends(group: list[re.Match[str]]) -> list[str]:
    """`April 30, May 1, 2023 2022` are two days, `September 30, 2022 2021` too."""
    days = [_day(token) for token in group if token["month"]]
    years = [token["year"] for token in group if token["year"]]
    before = next((at for at, token in enumerate(group) if token["year"]), 0)
    if len(days) == len(years) > 1 and sum(1 for token in group[:before] if token["month"]) == len(days):
        return [f"{year}-{day}" for year, day in zip(years, days, strict=True)]
    ends, day = list[str](), ""
    for token in group:
        if token["month"]:
            day = _day(token)
        elif token["year"]:
            ends.append(f"{token['year']}-{day}" if day else token["year"])
    return ends


def _day(token: re.Match[str]) -> str:
    return f"{_MONTHS.index(token['month'][:3].casefold()) + 1:02}-{int(token['day']):02}"


def _length(token: re.Match[str]) -> str:
    if token["count"]:
        return _LENGTHS[token["count"].casefold()]
    return "3M" if token["length"].casefold().startswith("quarter") else "12M"


def period_name(key: str) -> str:
    length, _, end = key.partition("M-")
    return f"{length} months to {end}" if end else key
