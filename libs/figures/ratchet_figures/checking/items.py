"""Amounts of statements by the words that a text or the label of a row has for them. Pure."""

import re
from typing import Final

_ITEMS: Final = tuple(  # the longer names first: what one has taken is no other's
    (re.compile(rf"\b(?:{words})\b", re.I), frozenset(names.split()))
    for words, names in (
        (
            r"cost\s+of\s+(?:goods\s+sold|revenues?|(?:net\s+)?sales)|cogs|umsatzkosten|herstellungskosten",
            "cost_of_revenue",
        ),
        (r"gross\s+(?:profit|margin)|bruttoergebnis|bruttogewinn", "gross_profit"),
        (
            r"operating\s+(?:income|profit|earnings)|(?:income|profit|loss)\s+from\s+operations|operating\s+loss|ebit"
            r"|betriebsergebnis|operatives\s+ergebnis",
            "operating_income",
        ),
        (r"interest\s+expenses?|zinsaufw\w+", "interest_expense"),
        (
            r"(?:net\s+)?(?:operating\s+cash\s+flows?|cash\s+(?:flows?\s+)?(?:provided\s+by|generated\s+by|from)"
            r"\s+operat\w+(?:\s+activities)?)|operativer\s+cashflow",
            "operating_cash_flow",
        ),
        (r"capital\s+expenditures?|capex", "capital_expenditure"),
        (r"current\s+assets|kurzfristige\s+vermögenswerte", "current_assets"),
        (r"current\s+liabilities|kurzfristige\s+(?:schulden|verbindlichkeiten)", "current_liabilities"),
        (r"total\s+assets|bilanzsumme", "total_assets"),
        (r"total\s+liabilities", "total_liabilities"),
        (r"(?:total|long[\s-]term)\s+debt", "total_debt"),
        (r"(?:(?:share|stock)holders?['’]?\s+)equity|total\s+equity|eigenkapital", "equity"),
        (r"inventor(?:y|ies)|vorräte", "inventory"),
        (r"cash\s+and\s+(?:cash\s+)?equivalents|zahlungsmittel", "cash"),
        (
            r"net\s+(?:income|profit|earnings|loss)|jahresüberschuss|jahresfehlbetrag|konzernergebnis|nettogewinn",
            "net_income",
        ),
        (r"(?:net\s+)?revenues?|(?:net\s+)?sales|turnover|umsatz(?:erlöse)?|chiffre\s+d['’]affaires", "revenue"),
        (r"debts?|borrowings", "total_debt"),
        (r"equity", "equity"),
        (r"profits?|earnings|gewinn", "net_income operating_income gross_profit"),
    )
)
ITEMS_NAMED: Final = frozenset(name for _, names in _ITEMS for name in names)
_LONGEST: Final = 400  # characters that are looked at


def items_in(text: str) -> frozenset[str]:
    """Each that one of its words may mean; none: no amount of a statement is named."""
    left, found = text[-_LONGEST:], set[str]()
    for words, names in _ITEMS:
        less = words.sub(" ", left)
        if less != left:
            left = less
            found.update(names)
    return frozenset(found)
