"""Other words for a question, for another look into the documents. Pure: by rules, and no model is asked."""

import re
from typing import Final

from ratchet_router.grounding.enough import words_of

_QUARTER: Final = re.compile(
    r"\b(?:(?P<before>(?:19|20)\d\d)[- ]?)?Q(?P<n>[1-4])(?:[- ]?(?P<after>(?:19|20)\d\d))?\b", re.I
)
_ORDINALS: Final = ("first", "second", "third", "fourth")
# As filings write what people ask for.
_ALSO: Final = {
    "revenue": "net sales total revenues",
    "revenues": "net sales",
    "sales": "revenue",
    "profit": "net income earnings",
    "earnings": "net income",
    "income": "earnings profit",
    "debt": "borrowings notes payable",
    "cash": "cash equivalents liquidity",
    "costs": "expenses",
    "expenses": "costs",
    "employees": "headcount workforce",
    "lawsuits": "legal proceedings litigation",
    "lawsuit": "legal proceedings litigation",
    "risks": "risk factors uncertainties",
    "taxes": "income tax provision",
    "buyback": "share repurchase",
    "buybacks": "share repurchases",
    "capex": "capital expenditures",
    "r&d": "research and development",
    "dividend": "dividends declared per share",
    "decided": "decision agreed resolved",
    "decision": "decided agreed resolved",
    "tasks": "action items to do",
    "deadline": "due date",
}


def reworded(question: str) -> str:
    """The question's telling words, with how documents may put the same. Never empty."""
    quarters = [_spelled(found) for found in _QUARTER.finditer(question)]
    words = words_of(_QUARTER.sub(" ", question))
    also = [_ALSO[word] for word in words if word in _ALSO]
    return " ".join([*words, *quarters, *also]) or question


def _spelled(found: re.Match[str]) -> str:
    year = found["before"] or found["after"] or ""
    return f"Q{found['n']} {_ORDINALS[int(found['n']) - 1]} quarter {year}".strip()
