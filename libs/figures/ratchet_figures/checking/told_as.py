"""What the words before a figure say that it is: of which measure, of whom, of which year; and is it? Pure.

Only what is plainly otherwise is told: a measure right before the figure and a verb that is not among those it may be;
a subject that has another figure of the same measure; years of which neither the figures nor the passage are.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ratchet_figures.checking.candidates import Candidate
from ratchet_figures.choosing.naming import names_it
from ratchet_figures.figure import Figure

NEAR: Final = 160  # characters before a figure that are looked at
LONGEST_MEASURE: Final = 60  # between a measure and its figure
_VERB: Final = re.compile(
    r".*\b(?:was|were|is|are|of|at|reached|totall?ed|equals|came\s+(?:to|in\s+at)|stood\s+at|betrug|beträgt|lag\s+bei|war|ist)\b"
    r"[^.;:,]{0,25}\Z|.*[:=|]\s*\Z",
    re.I | re.S,
)
_MEASURES: Final = tuple(
    (re.compile(rf"\b(?:{words})", re.I), frozenset(names.split()))
    for words, names in (
        (r"volatil\w+|standard\s+deviation", "volatility"),
        (r"sharpe", "sharpe_ratio"),
        (r"sortino", "sortino_ratio"),
        (r"draw-?downs?\b", "max_drawdown"),
        (r"(?<!conditional )(?:value[\s-]at[\s-]risk|VaR)\b", "var_historical var_parametric"),
        (
            r"cvar\b|expected\s+shortfall|conditional\s+(?:value[\s-]at[\s-]risk|VaR)\b",
            "cvar_historical cvar_parametric",
        ),
        (r"beta\b", "beta"),
        (r"alpha\b", "alpha"),
        (r"tracking[\s-]error", "tracking_error"),
        (r"correlation", "correlation"),
        (r"cagr\b|annuali[sz]ed\s+return", "cagr"),
        (r"total\s+return\b|gesamtrendite", "total_return"),
        (r"gross\s+margin|bruttomarge", "gross_margin"),
        (r"operating\s+margin", "operating_margin"),
        (r"net\s+margin|nettomarge", "net_margin"),
        (r"current\s+ratio", "current_ratio"),
        (r"quick\s+ratio", "quick_ratio"),
        (r"cash\s+ratio", "cash_ratio"),
        (r"debt[\s-]to[\s-]equity", "debt_to_equity"),
        (r"interest\s+coverage", "interest_coverage"),
    )
)
_YEAR: Final = re.compile(r"(?<![\d.,$€£¥-])((?:19|20)\d\d)(?![\d%]|[.,]\d)")
_YEAR_BEHIND: Final = re.compile(
    r"[^.;:,\d]{0,25}?\b(?:in|for|during|im\s+Jahr|en)\s+(?:fiscal\s+)?((?:19|20)\d\d)\b(?!\s?[%\d])"
)
_SHORTEST: Final = 4  # letters of the first word of a company's name by which it may be called


def told_otherwise(before: str, behind: str, fitting: Sequence[Candidate], figures: Sequence[Figure]) -> str:
    """A sentence; empty where nothing says otherwise. `before`, `behind`: of its sentence; `fitting`: what it is."""
    its = [one.figure for one in fitting if one.figure and not one.input]
    if its and len(its) == len(fitting):
        near = before[-NEAR:]
        if (measures := _measures(near)) and not any(one.name in measures for one in its):
            return f"it is told as {_named(measures)}, and is {_named({one.name for one in its})}"
        if (whose := _subjects(before, figures, its)) and not any(one.subject in whose for one in its):
            return f"it is told of {_named(whose)}, and is of {_named({one.subject for one in its})}"
    said = _YEAR_BEHIND.match(behind)
    years = {int(said[1])} if said else {int(year) for year in _YEAR.findall(before)}
    if years and not any(_is_of(years, one) for one in fitting):
        return f"it is told of {_named({str(year) for year in years})}, and is of another time"
    return ""


def _measures(near: str) -> frozenset[str]:
    """That stand before a verb that the figure follows, with no other figure between."""
    verb = _VERB.match(re.split(r"\d", near)[-1])
    if verb is None:
        return frozenset()
    said = verb[0][-LONGEST_MEASURE:]
    return frozenset(name for words, names in _MEASURES if words.search(said) for name in names)


def _subjects(before: str, figures: Sequence[Figure], its: Sequence[Figure]) -> set[str]:
    """Those that are named and of which there is the same measure."""
    measures = {one.name for one in its}
    subjects = list(dict.fromkeys(one.subject for one in figures if one.name in measures))
    if len(subjects) < len(("one", "another")):
        return set()
    return {one for one in subjects if any(names_it(before, name, subjects) for name in _names(one, subjects))}


def _names(subject: str, among: Sequence[str]) -> Iterable[str]:
    """Its name, and the first word of it where no other begins so."""
    first = subject.split()[0] if subject.split() else subject
    yield subject
    if len(first) >= _SHORTEST and sum(one.startswith(first) for one in among) == 1:
        yield first


def _is_of(years: set[int], one: Candidate) -> bool:
    if one.figure is not None:
        period = one.figure.period
        return any(period.first.year <= year <= period.last.year for year in years)
    if one.passage is None:
        return True
    there = {int(year) for year in _YEAR.findall(f"{one.passage.document} {one.passage.caption} {one.passage.text}")}
    return not there or bool(years & there)


def _named(names: Iterable[str]) -> str:
    return " or ".join(sorted(name.replace("_", " ") for name in names))
