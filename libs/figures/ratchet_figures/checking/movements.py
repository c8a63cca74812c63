"""Whether what rose from one figure to another rose, and what fell fell. Pure."""

import re
from typing import Final

from ratchet_figures.checking.directions import SIGN_BEFORE

_ABOUT: Final = rf"(?:(?:about|approximately|around|nearly|roughly|almost|rund|etwa|environ)\s+)?{SIGN_BEFORE}"
_ROSE: Final = (
    r"(?:rose|risen|rises|rising|grew|grown|grows|growing|increas(?:ed?|es|ing)|climb(?:ed|s)"
    r"|stieg(?:en)?|wuchs|gestiegen)"
)
_FELL: Final = (
    r"(?:fell|fallen|falls|falling|declin(?:ed?|es|ing)|decreas(?:ed?|es|ing)|dropp(?:ed|ing)"
    r"|shrank|sank(?:en)?|fiel(?:en)?|gesunken)"
)
_WORDS: Final = r"(?:\s+(?:slightly|sharply|further|significantly|again|modestly))?"
_FROM: Final = {
    "risen": re.compile(rf"\b{_ROSE}{_WORDS}\s+(?:from|von)\s+{_ABOUT}\Z", re.I),
    "fallen": re.compile(rf"\b{_FELL}{_WORDS}\s+(?:from|von)\s+{_ABOUT}\Z", re.I),
}
_TO_FROM: Final = {
    "risen": re.compile(rf"\b{_ROSE}{_WORDS}\s+(?:to|auf)\s+{_ABOUT}\Z", re.I),
    "fallen": re.compile(rf"\b{_FELL}{_WORDS}\s+(?:to|auf)\s+{_ABOUT}\Z", re.I),
}
_TIME: Final = r"(?:\s+(?:in|im\s+Jahr)\s+(?:fiscal\s+)?\d{4}|\s*\(\d{4}\))?"
_TO: Final = re.compile(rf"{_TIME}\s+(?:to|auf)\s+{_ABOUT}\Z", re.I)
_FROM_BEHIND: Final = re.compile(rf"{_TIME},?\s+(?:up\s+|down\s+)?(?:from|von)\s+{_ABOUT}\Z", re.I)


def moved_otherwise(before: str, between: str, one: float, other: float) -> str:
    """A sentence; empty where nothing says otherwise. First stands `one`, behind `before`, then `other`."""
    for patterns, middle, first, last in ((_FROM, _TO, one, other), (_TO_FROM, _FROM_BEHIND, other, one)):
        if not middle.match(between):
            continue
        for how, pattern in patterns.items():
            if pattern.search(before) and (last < first if how == "risen" else last > first):
                return f"it is told to have {how}, and has not"
    return ""
