"""The kinds of private data that are known here, and which of them are scrubbed.

Direct identifiers lead to one person by themselves: they are scrubbed where nobody asks for anything else. What
describes rather than names (a date, a company, a country, a trade, an age, a nationality) is often what a task is
about: deadlines in action items, companies and markets in financial reports. Scrubbing those is a choice, kind by kind.
"""

from collections.abc import Iterable
from typing import Final

DIRECT: Final = (
    "PERSON",
    "EMAIL",
    "PHONE",
    "STREET_ADDRESS",
    "SSN",
    "CREDIT_CARD",
    "IBAN",
    "BANK_ACCOUNT",
    "PASSPORT",
    "TAX_NUMBER",
    "NATIONAL_INSURANCE",
    "WALLET",
    "IP",
    "MAC",
    "URL",
)
DESCRIBING: Final = ("ZIP", "GPE", "ORGANIZATION", "DATE_TIME", "TITLE", "AGE", "NRP")
KINDS: Final = (*DIRECT, *DESCRIBING)
SETS: Final = {"direct": DIRECT, "describing": DESCRIBING, "all": KINDS}


class UnknownKindError(ValueError):
    def __init__(self, unknown: Iterable[str]) -> None:
        names = ", ".join(sorted(unknown))
        super().__init__(f"there is no kind {names}; there are {', '.join((*SETS, *KINDS))}")


def kinds_of(names: Iterable[str]) -> frozenset[str]:
    """Names of kinds and of sets of kinds, together. Raises UnknownKindError."""
    asked = [name.strip() for name in names if name.strip()]
    if unknown := [name for name in asked if name.lower() not in SETS and name.upper() not in KINDS]:
        raise UnknownKindError(unknown)
    return frozenset(kind for name in asked for kind in SETS.get(name.lower(), (name.upper(),)))
