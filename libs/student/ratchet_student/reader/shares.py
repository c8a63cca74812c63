"""What a question that asks for a percentage may be answered with. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from ratchet_student.reader.matching import Match
from ratchet_student.reader.programs import Program

KINDS_OF_SHARES: Final = frozenset(("change", "percentage"))
_PERCENT: Final = re.compile(r"\bper\s?cent(?:ages?)?\b(?![\s-]points?\b)", re.I)
_FOR_ELSE: Final = re.compile(
    r"\b(?:which|who|why|when|where|years?|how\s+many\s+(?!per\s?cent)\w+)\b(?!\s+(?:from|over|ended)\b)", re.I
)
_SAID: Final = re.compile(r"%|\bper\s?cent", re.I)


def asks_for_a_share(question: str) -> bool:
    """`the change in percent`, `by what percentage`, and not `in which year was the percentage highest`."""
    return _PERCENT.search(question) is not None and _FOR_ELSE.search(question) is None


def of_shares(question: str, found: Sequence[Program]) -> list[Program]:
    """Those that are a percentage, where one is asked for and there is any."""
    if not asks_for_a_share(question):
        return list(found)
    return [one for one in found if _is_share(one)] or list(found)


def _is_share(program: Program) -> bool:
    if program.kind in KINDS_OF_SHARES or any(map(_SAID.search, program.parts)):
        return True
    return bool(program.operands) and all(_in_percent(match, place) for match, place in program.operands)


def _in_percent(match: Match, place: int) -> bool:
    row = match.row
    if not 0 <= place < len(row.cells):
        return False
    return row.is_share(place) or _SAID.search(f"{row.label} {row.section} {row.heads[place]}") is not None
