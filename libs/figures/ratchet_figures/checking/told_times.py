"""Which years the words beside a figure say that it is of, and whether it is. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ratchet_figures.checking.candidates import RATES, Candidate
from ratchet_figures.checking.places import Place
from ratchet_figures.figure import Figure, Period

_YEAR: Final = re.compile(r"(?<![\d.,$€£¥-])((?:19|20)\d\d)(?![\d%]|[.,]\d)")
_YEAR_BEHIND: Final = re.compile(
    r"(?:(?!\b(?:above|below|under|over|than|from|against|that)\b)[^.;:,\d]){0,25}?\b(?:in|for|of|during|at\s+(?:the\s+end|year[\s-]end)\s+(?:of\s+)?|im\s+Jahr|en)\s+(?:fiscal\s+)?((?:19|20)\d\d)\b"
    r"(?!\s?[%\d])"
)
_YEAR_NEAR: Final = re.compile(  # before the figure, and neither another one nor a comparison between
    r"\b(?:19|20)\d\d\b(?:(?!\b(?:from|against|compared|versus|vs|than|earlier|prior|previous|before|after|since|below|above|under|over|exceed\w*|gegenüber"
    r"|nach|vor)\b)[^\d]){0,80}\Z",
    re.I,
)
_COMPARED_WITH: Final = re.compile(
    r"\b(?:from|against|to|with|versus|vs\.?|than|since|over|after|before|until|unlike|gegenüber|nach|vor|seit|als)\s+"
    r"(?:(?:that\s+of|in|the\s+year|fiscal)\s+)*\Z",
    re.I,
)
YEAR_ASIDE: Final = re.compile(r"\b(?:in|for|during)\s+(?:19|20)\d\d\b(?!\s?[%\d])|\bim\s+Jahr\s+(?:19|20)\d\d\b", re.I)
_FISCAL: Final = re.compile(r"\b(?:fiscal|FY\d*|quarters?|Q[1-4]|Geschäftsjahr|exercice)\b", re.I)
_COMPARES: Final = re.compile(r"[^.;]{0,40}\b(?:earlier|prior|previous|before)\b", re.I)


def another_time(before: str, behind: str, fitting: Sequence[Candidate], place: Place) -> str:
    """A sentence; empty where nothing says otherwise."""
    said, head = _YEAR_BEHIND.match(behind), {int(year) for year in _YEAR.findall(place.head)}
    years = head or ({int(said[1])} if said else {int(year) for year in _YEAR.findall(before)})
    if not years:
        return ""
    plainly = bool(head or said) or _is_plain(before)
    by_column = plainly and not _FISCAL.search(before + behind + place.head) and not _COMPARES.match(behind)
    if not any(_is_of(years, one, by_column=by_column) for one in fitting):
        return f"it is told of {named({str(year) for year in years})}, and is of another time"
    return ""


def _is_plain(before: str) -> bool:
    """The year before it is its own, and none that it is compared with."""
    near = _YEAR_NEAR.search(before)
    return near is not None and not _COMPARED_WITH.search(before[: near.start()])


def _is_of(years: set[int], one: Candidate, *, by_column: bool) -> bool:
    """`by_column`: the years are plainly the figure's own, and not those of another that it is compared with."""
    if one.figure is not None:
        period = (_own(one, one.figure) if by_column else None) or one.figure.period
        return any(period.first.year <= year <= period.last.year for year in years)
    if one.passage is None:
        return True
    if by_column and (column := {int(year) for year in _YEAR.findall(one.place.head)}):
        return bool(years & column)
    there = {int(year) for year in _YEAR.findall(f"{one.passage.document} {one.passage.caption} {one.passage.text}")}
    return not there or bool(years & there)


def _own(one: Candidate, figure: Figure) -> Period | None:
    """Of an amount, its own; of growth from one statement to the next, that of the later one."""
    if one.input is not None:
        return one.input.period
    amounts = [its.period for its in figure.inputs if its.period is not None]
    return amounts[-1] if figure.name.endswith(RATES[0]) and amounts else None


def named(names: Iterable[str]) -> str:
    return " or ".join(sorted(name.replace("_", " ") for name in names))
