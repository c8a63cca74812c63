"""What words beside a figure say of it: that something fell by it, or that it is about, above or below. Pure."""

import re
from typing import Final

from ratchet_figures.checking.rounding import Bound

NEAR: Final = 80  # characters that are looked at before a figure, and behind it
SIGN_BEFORE: Final = r"(?:[$€£¥₹(]|(?:USD|EUR|GBP|JPY|CHF)\s?)*"

_FELL: Final = (
    r"(?:fell|falls?|fallen|falling|dropp?(?:ed|s|ing)?|declin(?:ed?|es|ing)|decreas(?:ed?|es|ing)|lost|loses?|losing|loss(?:es)?"
    r"|shr[aiu]nk|shrinks?|slipp?(?:ed|s)?|slid|slides?|plunged|tumbled|sank|dipped|contracted|contraction|down|lower(?:ed)?|reduced"
    r"|reduction|cut|detract(?:ed|s|ing)?|subtract(?:ed|s|ing)?|deficit|shortfall|worse|underperformed|underperformance|lagged|trailed|negative|minus"
    r"|sank|sanken|fiel(?:en)?|gesunken|gefallen|schrumpften?|verlor(?:en)?|verluste?|rückgang|baissé|baisse|recul(?:é)?|diminu(?:é|tion)"
    r"|perdu|perte|chute)"
)
_LINKING: Final = (
    r"(?:\s+(?:by|of|about|approximately|around|nearly|roughly|almost|some|only|just|another|a|an|further|more\s+than|less\s+than"
    r"|up|was|were|is|are|total(?:l?ing|l?ed)|amount(?:ing|ed)\s+to|came\s+to|year[-\s]over[-\s]year|over|under|the|benchmark"
    r"|slightly|sharply|modestly|significantly|um|von|rund|etwa|ca\.|knapp|de|d['’]environ|environ))"
)
_BEFORE: Final = re.compile(rf"\b{_FELL}{_LINKING}{{0,4}}\s+{SIGN_BEFORE}\Z", re.I)
_BEFORE_A_LEVEL: Final = re.compile(  # `fell from 90 to 88, or 2 %`
    rf"\b{_FELL}\s+(?:from|to|von|auf|de|à)\s[^;:]{{0,60}}?(?:,\s*|\s)(?:or|by|i\.e\.|um|also|soit|de)"
    rf"(?:\s+(?:by|about|around|nearly|roughly|almost|rund|etwa|environ))?\s+{SIGN_BEFORE}\Z",
    re.I,
)
_LEVEL: Final = re.compile(
    rf"\b(?:to|from|at|auf|bei|à)\s+(?:(?:about|approximately|around|nearly|roughly|almost|rund|etwa|knapp|environ)\s+)?{SIGN_BEFORE}\Z"
    rf"|\b(?:sank(?:en)?|fiel(?:en)?|gesunken|gefallen)\s+von\s+(?:rund\s+|etwa\s+|knapp\s+)?{SIGN_BEFORE}\Z",
    re.I,
)
_BEHIND: Final = re.compile(
    r"[\s-]+(?:(?:net|annual|total|overall|sharp|steep|slight|modest|price|revenue|year[-\s]over[-\s]year)\s+){0,2}"
    r"(?:lower|less|decline|decrease|drop|fall|loss|reduction|contraction|deficit|shortfall|below|worse|fewer|down|behind"
    r"|niedriger|weniger|rückgang|zurück|gesunken|gefallen|de\s+moins)\b",
    re.I,
)
_TOOK: Final = re.compile(rf"\b(?:took|takes|taking|taken){_LINKING}{{0,2}}\s+{SIGN_BEFORE}\Z", re.I)
_TOOK_FROM: Final = re.compile(r"\s+(?:away\s+)?(?:from|off)\b", re.I)
_BOUNDS: Final[tuple[tuple[Bound, re.Pattern[str]], ...]] = (
    (
        "about",
        re.compile(
            rf"(?:\b(?:about|approximately|approx\.?|around|roughly|some|circa|close\s+to|an?\s+estimated|etwa|rund|ca\.|ungefähr|environ)\s+|[~≈]\s?)"
            rf"{SIGN_BEFORE}\Z",
            re.I,
        ),
    ),
    (
        "above",
        re.compile(
            rf"(?:\b(?:more\s+than|over|above|exceed(?:ed|s|ing)?|at\s+least|mehr\s+als|über|mindestens|plus\s+de)\s+|[>≥]\s?){SIGN_BEFORE}\Z",
            re.I,
        ),
    ),
    (
        "below",
        re.compile(
            rf"(?:\b(?:less\s+than|under|below|at\s+most|up\s+to|weniger\s+als|unter|höchstens|moins\s+de)\s+|[<≤]\s?){SIGN_BEFORE}\Z",
            re.I,
        ),
    ),
    (
        "nearly",
        re.compile(
            rf"\b(?:nearly|almost|just\s+short\s+of|just\s+under|knapp|fast|beinahe|près\s+de|presque)\s+{SIGN_BEFORE}\Z",
            re.I,
        ),
    ),
)


def falls(text: str, start: int, end: int) -> bool:
    """`fell by 3 %`, `a 3 % decline`; what fell to 3 %, or from it, is 3 %."""
    before, until = text[max(0, start - NEAR) : start], min(end + NEAR, _row_ends(text, start, end))
    if (_BEFORE.search(before) or _BEFORE_A_LEVEL.search(before)) and not _LEVEL.search(before):
        return True
    if _TOOK.search(before) and _TOOK_FROM.match(text, end, until):
        return True
    return bool(_BEHIND.match(text, end, until)) and not _LEVEL.search(before)


def _row_ends(text: str, start: int, end: int) -> int:
    """Of a row of a table: what the next one begins with, such as `Net loss`, is said of that."""
    until = text.find("\n", end, end + NEAR)
    in_row = "|" in text[max(0, start - NEAR) : start].rpartition("\n")[2]
    return until if in_row and until >= 0 else len(text)


def bound_of(text: str, start: int) -> Bound:
    before = text[max(0, start - NEAR) : start]
    for name, pattern in _BOUNDS:
        if pattern.search(before):
            return name
    return ""
