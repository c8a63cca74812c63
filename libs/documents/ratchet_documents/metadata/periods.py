"""The period that a report is about, and the day on which it ends."""

import re
from collections.abc import Iterable
from datetime import date

from ratchet_documents.metadata.dates import days_in
from ratchet_documents.metadata.sources import Found, Source

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NAMED = (
    re.compile(rf"\bQ(?P<quarter>[1-4])[\s,/_’'-]*(?:of\s+)?(?:FY|fiscal(?:\s+year)?)?[\s_-]*{_YEAR}\b", re.I),
    re.compile(rf"\b(?:FY[\s_-]*)?{_YEAR}[\s,/_-]*Q(?P<quarter>[1-4])\b", re.I),
    re.compile(
        rf"\b(?P<word>first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+quarter\s+(?:of\s+)?(?:the\s+)?(?:fiscal\s+)?"
        rf"(?:year\s+)?{_YEAR}\b",
        re.I,
    ),
    re.compile(rf"\bH(?P<half>[12])[\s,/_-]*{_YEAR}\b", re.I),
    re.compile(rf"\b{_YEAR}[\s,/_-]*H(?P<half>[12])\b", re.I),
    re.compile(rf"\b(?:FY[\s_-]*|fiscal\s+(?:year\s+)?|annual\s+report\s+(?:for\s+|of\s+)?){_YEAR}\b", re.I),
)
_ENDED = re.compile(
    r"\b(?P<what>quarterly\s+period|quarter|three\s+months|fiscal\s+year|year|twelve\s+months|six\s+months|nine\s+months"
    r"|period)\s+end(?:ed|ing)\s+(?:on\s+)?",
    re.I,
)
_NEAR = 3  # characters between `ended` and its day
_A_DAY = 40  # characters that it is looked for in
_BY_CALENDAR = "By the calendar quarter in which the period ends; a fiscal year of another shape numbers it otherwise."


def period_end(pages: Iterable[Source]) -> Found | None:
    found = _ending(pages)
    return None if found is None else Found(found[1].isoformat(), "text", found[2])


def period(titles: Iterable[Source], pages: Iterable[Source]) -> Found | None:
    """`2022-Q3`, `2022-H1` or `2022`: as a title names it, else by the day of its end, else as the text names it."""
    for source in titles:
        if named := _named(source.text):
            return Found(named, source.place, source.page)
    pages = list(pages)
    if (found := _ending(pages)) is not None:
        what, end, page = found
        if "year" in what or "twelve" in what:
            return Found(str(end.year), "text", page)
        if what != "six months" and what != "nine months" and what != "period":
            return Found(f"{end.year}-Q{(end.month + 2) // 3}", "text", page, _BY_CALENDAR)
    for source in pages:
        if named := _named(source.text):
            return Found(named, source.place, source.page)
    return None


def _ending(pages: Iterable[Source]) -> tuple[str, date, int] | None:
    """What ends, when, and on which page that stands: the first that is said."""
    for source in pages:
        for ended in _ENDED.finditer(source.text):
            start, day = next(days_in(source.text[ended.end() : ended.end() + _A_DAY]), (-1, None))
            if day is not None and start <= _NEAR:
                return " ".join(ended["what"].casefold().split()), day, source.page
    return None


def periods_in(text: str) -> list[str]:
    """All that are named, in the form of `period`, each once. A year within a quarter that is named is not another."""
    taken: list[tuple[int, int]] = []
    found: dict[str, int] = {}
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                found.setdefault(_told(match), match.start())
    return sorted(found, key=lambda name: found[name])


def _named(text: str) -> str:
    for pattern in _NAMED:
        if found := pattern.search(text):
            return _told(found)
    return ""


def _told(found: re.Match[str]) -> str:
    parts = found.groupdict()
    if parts.get("quarter"):
        return f"{parts['year']}-Q{parts['quarter']}"
    if word := parts.get("word"):
        return f"{parts['year']}-Q{_QUARTERS[word.casefold()]}"
    return f"{parts['year']}-H{parts['half']}" if parts.get("half") else parts["year"]
