"""Whether rows are of changes: a statement of cash flows has them under the names of what a balance has. Pure."""

import re
from collections.abc import Iterable
from typing import Final

_CASH_FLOWS: Final = re.compile(
    r"\bcash[\s-]+flows?\b|\b(?:operating|investing|financing)\s+activities\b"
    r"|\bkapitalflussrechnung\b|\bflux\s+de\s+trésorerie\b",
    re.I,
)
_OTHERS: Final = re.compile(
    r"\bbalance\s+sheets?\b|\bfinancial\s+position\b|\bincome\s+statements?\b|\bstatements?\s+of\s+(?:\w+\s+){0,3}"
    r"(?:operations|income|earnings|profit|loss|comprehensive)|\bassets\s*:?\Z"
    r"|\b(?:konzern)?bilanz\b|\bgewinn-?\s?und\s+verlustrechnung\b|\bbilan\b|\bcompte\s+de\s+résultat\b|\baktiva\s*:?\Z",
    re.I,
)


def is_of_changes(titles: Iterable[str], changes: bool) -> bool:
    """What the last of the titles that says anything says; `changes`: what was said before them."""
    for title in titles:
        if _CASH_FLOWS.search(title):
            changes = True
        elif _OTHERS.search(title):
            changes = False
    return changes
