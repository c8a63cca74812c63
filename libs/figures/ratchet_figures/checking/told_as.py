"""What the words before a figure say that it is: of which measure, of whom, of which year; and is it? Pure.

Only what is plainly otherwise is told: a measure right before the figure and a verb that is not among those it may be;
a subject that has another figure of the same measure; years of which neither the figures nor the passage are.
"""

import re
from collections.abc import Iterable, Sequence, Set
from typing import Final

from ratchet_figures.checking.candidates import Candidate
from ratchet_figures.checking.items import ITEMS_NAMED, items_in
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
        (r"(?<!risk-free )returns?\b(?!\s+(?:on|per|a\s+year))", "total_return cagr contribution"),
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
_YEAR_NEAR: Final = re.compile(  # before the figure, and neither another one nor a comparison between
    r"\b(?:19|20)\d\d\b(?:(?!\b(?:from|against|compared|versus|vs|than|earlier|prior|previous|before|after|since|gegenüber"
    r"|nach|vor)\b)[^\d]){0,80}\Z",
    re.I,
)
_YEAR_ASIDE: Final = re.compile(
    r"\b(?:in|for|during)\s+(?:19|20)\d\d\b(?!\s?[%\d])|\bim\s+Jahr\s+(?:19|20)\d\d\b", re.I
)
_FISCAL: Final = re.compile(r"\b(?:fiscal|FY\d*|quarters?|Q[1-4]|Geschäftsjahr|exercice)\b", re.I)
_COMPARES: Final = re.compile(r"[^.;]{0,40}\b(?:earlier|prior|previous|before)\b", re.I)
_SHORTEST: Final = 4  # letters of the first word of a company's name by which it may be called


def told_otherwise(before: str, behind: str, fitting: Sequence[Candidate], figures: Sequence[Figure]) -> str:
    """A sentence; empty where nothing says otherwise. `before`, `behind`: of its sentence; `fitting`: what it is."""
    return (
        _another_measure(before, fitting)
        or _of_another(before, fitting, figures)
        or _another_time(before, behind, fitting)
    )


def _another_measure(before: str, fitting: Sequence[Candidate]) -> str:
    said = _said(before[-NEAR:])
    its = [one.figure for one in fitting if one.figure and not one.input]
    if its and len(its) == len(fitting):
        measures = frozenset(name for words, names in _MEASURES if words.search(said) for name in names)
        if measures and not any(one.name in measures for one in its):
            return f"it is told as {_named(measures)}, and is {_named({one.name for one in its})}"
        return ""
    items = items_in(said)
    there = [_items(one) for one in fitting]
    if items and all(there) and not any(items & one for one in there):
        return f"it is told as {_named(items)}, and is {_named(frozenset().union(*there))}"
    return ""


def _items(one: Candidate) -> frozenset[str]:
    """Of what it is an amount; none: that is not known."""
    if one.figure is None:
        return items_in(one.place.label)
    return frozenset({one.input.name} & ITEMS_NAMED) if one.input else frozenset()


def _of_another(before: str, fitting: Sequence[Candidate], figures: Sequence[Figure]) -> str:
    its = {
        (one.figure.name if not one.input else "", one.input.name if one.input else "") for one in fitting if one.figure
    }
    if not its:  # a figure that is quoted alone is checked by what its sentence cites
        return ""
    subjects = _subjects(figures, its)
    whose = _called(before, subjects)
    there = [_whose(one, subjects) for one in fitting] if whose else []
    if whose and all(there) and not any(whose & one for one in there):
        return f"it is told of {_named(whose)}, and is of {_named(set[str]().union(*there))}"
    return ""


def _whose(one: Candidate, subjects: Sequence[str]) -> set[str]:
    """None: that is not known."""
    if one.figure is not None:
        return {one.figure.subject}
    its = one.passage
    return _called(f"{its.document}\n{its.caption}\n{its.text}", subjects) if its else set()


def _another_time(before: str, behind: str, fitting: Sequence[Candidate]) -> str:
    said = _YEAR_BEHIND.match(behind)
    years = {int(said[1])} if said else {int(year) for year in _YEAR.findall(before)}
    if not years:
        return ""
    plainly = bool(said) or _YEAR_NEAR.search(before) is not None
    by_column = plainly and not _FISCAL.search(before + behind) and not _COMPARES.match(behind)
    if not any(_is_of(years, one, by_column=by_column) for one in fitting):
        return f"it is told of {_named({str(year) for year in years})}, and is of another time"
    return ""


def _said(near: str) -> str:
    """That stands before a verb which the figure follows, with no other figure between."""
    verb = _VERB.match(re.split(r"\d", _YEAR_ASIDE.sub(" ", near))[-1])
    return verb[0][-LONGEST_MEASURE:] if verb else ""


def _subjects(figures: Sequence[Figure], its: Set[tuple[str, str]]) -> list[str]:
    """Of which there is the same. `its`: a measure, or an amount that went into one."""
    there = [
        (one.subject, what)
        for one in figures
        for what in ((one.name, ""), *(("", given.name) for given in one.inputs if given.unit == "money"))
    ]
    return list(dict.fromkeys(subject for subject, what in there if what in its))


def _called(text: str, subjects: Sequence[str]) -> set[str]:
    """Those that are named, where there are several."""
    if len(subjects) < len(("one", "another")):
        return set()
    return {one for one in subjects if any(names_it(text, name, subjects) for name in _names(one, subjects))}


def _names(subject: str, among: Sequence[str]) -> Iterable[str]:
    """Its name, and the first word of it where no other begins so."""
    first = subject.split()[0] if subject.split() else subject
    yield subject
    if len(first) >= _SHORTEST and sum(one.startswith(first) for one in among) == 1:
        yield first


def _is_of(years: set[int], one: Candidate, *, by_column: bool) -> bool:
    """`by_column`: the years are plainly the figure's own, and not those of another that it is compared with."""
    if one.figure is not None:
        period = one.figure.period
        return any(period.first.year <= year <= period.last.year for year in years)
    if one.passage is None:
        return True
    if by_column and (column := {int(year) for year in _YEAR.findall(one.place.head)}):
        return bool(years & column)
    there = {int(year) for year in _YEAR.findall(f"{one.passage.document} {one.passage.caption} {one.passage.text}")}
    return not there or bool(years & there)


def _named(names: Iterable[str]) -> str:
    return " or ".join(sorted(name.replace("_", " ") for name in names))
