"""Whether a figure of prices is told as what was gained, and for which length of time, as it is. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from ratchet_figures.checking.candidates import Candidate
from ratchet_figures.checking.directions import SIGN_BEFORE
from ratchet_figures.checking.told_times import named
from ratchet_figures.names import CONTRIBUTION, OF_PRICES

_GAINED: Final = re.compile(
    rf"\b(?:returned|gained|earned|yielded|gewann|erzielte)\s+(?:(?:about|around|nearly|roughly|some|over|rund|etwa)\s+)?{SIGN_BEFORE}\Z",
    re.I,
)
_RETURNS: Final = frozenset(("total_return", "cagr", "alpha", CONTRIBUTION))
_A_YEAR: Final = re.compile(
    r"\s*,?\s*(?:(?:a|per|each|every)\s+(?:year|annum)\b|p\.\s?a\.|annually\b|yearly\b|on\s+an?\s+annual|pro\s+Jahr\b|jährlich\b|par\s+an\b)",
    re.I,
)
_YEARLY: Final = re.compile(r"\b(?:annuali[sz]ed|annual|yearly)\s+(?:\w+\s+)?returns?\b[^\d.;]{0,40}\Z", re.I)
_A_STEP: Final = re.compile(
    r"\s*,?\s*(?:(?:a|per|each|every)\s+(?:day|week|month|quarter)\b|(?:dai|week|month|quarter)ly\b|pro\s+(?:Tag|Woche|Monat)\b)",
    re.I,
)
_STEPWISE: Final = re.compile(
    r"\b(?:daily|weekly|monthly|quarterly)\s+(?:\w+\s+)?(?:volatility|returns?|drawdown|alpha)\b[^\d.;]{0,40}\Z", re.I
)
_OF_ALL: Final = frozenset(("total_return", "max_drawdown", CONTRIBUTION))
_OF_A_YEAR: Final = frozenset(("cagr", "volatility", "alpha", "tracking_error"))
_OF_A_STEP: Final = frozenset(("var_historical", "var_parametric", "cvar_historical", "cvar_parametric"))
_YEAR_LONG: Final = range(350, 382)  # days


def another_basis(before: str, behind: str, fitting: Sequence[Candidate]) -> str:
    """A sentence; empty where nothing says otherwise."""
    its = [one.figure for one in fitting if one.figure is not None and one.input is None]
    names = {one.name for one in its}
    if not its or len(its) < len(fitting) or not names <= {*OF_PRICES, CONTRIBUTION}:
        return ""
    if _GAINED.search(before) and not names & _RETURNS:
        return f"it is told as a return, and is {named(names)}"
    a_year = any((one.period.last - one.period.first).days in _YEAR_LONG for one in its)
    if (_A_YEAR.match(behind) or _YEARLY.search(before)) and names <= _OF_ALL | _OF_A_STEP and not a_year:
        return f"it is told as of a year, and is {named(names)}"
    if (_A_STEP.match(behind) or _STEPWISE.search(before)) and names <= _OF_ALL | _OF_A_YEAR:
        return f"it is told as of a shorter time, and is {named(names)}"
    return ""
