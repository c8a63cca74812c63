"""What the words before a figure say that it is: of which measure, of whom, of which year; and is it? Pure.

Only what is plainly otherwise is told: a measure right before the figure and a verb that is not among those it may be;
a subject that has another figure of the same measure; years of which neither the figures nor the passage are.
"""

import re
from collections.abc import Iterable, Sequence, Set
from typing import Final

from ratchet_figures.checking.candidates import RATES, Candidate
from ratchet_figures.checking.items import ITEMS_NAMED, items_in
from ratchet_figures.checking.places import NOWHERE, Place
from ratchet_figures.checking.told_basis import another_basis
from ratchet_figures.checking.told_times import YEAR_ASIDE, another_time, named
from ratchet_figures.choosing.naming import names_it
from ratchet_figures.figure import Figure
from ratchet_figures.ratios import RATIOS

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
_GREW: Final = re.compile(
    r"\b(?:gr(?:ew|own|owth|owing|ows?)|rose|risen|rises?|increased?|climbed|gained|fell|fallen|falls?|declined?|decreased?"
    r"|dropped|shr[aiu]nk|wuchs|stieg|gestiegen|sank|gesunken|wachstum)\b",
    re.I,
)
_COMPARED: Final = re.compile(r"\b(?:compared|against|versus|vs|than|unlike|while|whereas|like|gegenüber|als)\b", re.I)
_SHORTEST: Final = 4  # letters of the first word of a company's name by which it may be called


def told_otherwise(
    before: str, behind: str, fitting: Sequence[Candidate], figures: Sequence[Figure], place: Place = NOWHERE
) -> str:
    """A sentence; empty where nothing says otherwise. `before`, `behind`: of its sentence; `fitting`: what it is;
    `place`: where in a table of the text it stands.
    """
    return (
        _another_measure(before, fitting, place)
        or another_basis(before, behind, fitting)
        or _of_another(before, behind, fitting, figures)
        or another_time(before, behind, fitting, place)
    )


def _another_measure(before: str, fitting: Sequence[Candidate], place: Place) -> str:
    said = f"{place.label} {place.head}" if place.head else _said(before[-NEAR:])
    its = [one.figure for one in fitting if one.figure and not one.input]
    if its and len(its) == len(fitting):
        measures = frozenset(name for words, names in _MEASURES if words.search(said) for name in names)
        if measures and not any(one.name in measures for one in its):
            return f"it is told as {named(measures)}, and is {named({one.name for one in its})}"
        return _growth_of_another(before[-NEAR:], {one.name for one in its})
    items = items_in(said)
    there = [_items(one) for one in fitting]
    if items and all(there) and not any(items & one for one in there):
        return f"it is told as {named(items)}, and is {named(frozenset().union(*there))}"
    return ""


def _growth_of_another(near: str, names: Set[str]) -> str:
    """`Net income grew by`, of a growth of revenue."""
    if not all(name.endswith(RATES) for name in names):
        return ""
    clause = re.split(r"\d|[;:]", YEAR_ASIDE.sub(" ", near))[-1]
    items = items_in(clause) if _GREW.search(clause) else frozenset[str]()
    if items and not any(name.removesuffix("_growth").removesuffix("_cagr") in items for name in names):
        return f"it is told as growth of {named(items)}, and is {named(names)}"
    return ""


def _items(one: Candidate) -> frozenset[str]:
    """Of what it is an amount; none: that is not known."""
    if one.figure is None:
        return items_in(one.place.label)
    return frozenset({one.input.name} & ITEMS_NAMED) if one.input else frozenset()


def _of_another(before: str, behind: str, fitting: Sequence[Candidate], figures: Sequence[Figure]) -> str:
    its = {
        (one.figure.name if not one.input else "", one.input.name if one.input else "") for one in fitting if one.figure
    }
    if not its:  # a figure that is quoted alone is checked by what its sentence cites
        return ""
    subjects = _subjects(figures, its)
    whose = _called(before, subjects)
    if not whose and all(_is_reported(one) for one in fitting) and not _COMPARED.search(before):
        subjects = list(dict.fromkeys(one.subject for one in figures if _of_statements(one)))
        whose = _called(f"{before}{behind}", subjects)
    there = [_whose(one, subjects) for one in fitting] if whose else []
    if whose and all(there) and not any(whose & one for one in there):
        return f"it is told of {named(whose)}, and is of {named(set[str]().union(*there))}"
    return ""


def _is_reported(one: Candidate) -> bool:
    return one.figure is not None and _of_statements(one.figure)


def _of_statements(one: Figure) -> bool:
    return one.name in RATIOS or one.name.endswith(RATES)


def _whose(one: Candidate, subjects: Sequence[str]) -> set[str]:
    """None: that is not known."""
    if one.figure is not None:
        return {one.figure.subject}
    its = one.passage
    return _called(f"{its.document}\n{its.caption}\n{its.text}", subjects) if its else set()


def _said(near: str) -> str:
    """That stands before a verb which the figure follows, with no other figure between."""
    verb = _VERB.match(re.split(r"\d", YEAR_ASIDE.sub(" ", near))[-1])
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
