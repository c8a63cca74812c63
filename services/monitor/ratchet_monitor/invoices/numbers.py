"""Dates, tokens and amounts as invoices write them; what is none is said in words, without what stands there. Pure."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

PLAIN: Final = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,2})?|\.\d+([eE][+-]?\d{1,2})?")
GROUPED: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
DEAREST: Final = Decimal(10) ** 12
MOST_TOKENS: Final = 10**15
COMPACT: Final = re.compile(r"\d{8}")


class UnreadableError(ValueError):
    """The message says what is wrong with one place of one line."""


def amount_in(text: str) -> Decimal:
    """USD. Raises UnreadableError."""
    found = _number("the amount", text.strip().removeprefix("$").removesuffix("USD"))
    if found > DEAREST:
        raise UnreadableError("the amount is too large to be one")
    return found


def places_of(text: str) -> int:
    """Decimal places that an amount is written with."""
    exponent = amount_in(text).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def tokens_in(field: str, text: str) -> int:
    """Raises UnreadableError. Nothing is 0."""
    if not text.strip():
        return 0
    found = _number(f"the number of {field} tokens", text)
    if found != int(found) or found > MOST_TOKENS:
        raise UnreadableError(f"the number of {field} tokens is no whole number of tokens")
    return int(found)


def day_in(text: str, date_format: str) -> date:
    """By UTC where there is a time zone. Raises UnreadableError."""
    said = text.strip()
    try:
        if date_format:
            at = datetime.strptime(said, date_format)  # noqa: DTZ007  a zone is in it where the format has one
        elif COMPACT.fullmatch(said) or len(said) >= 10:
            at = datetime.fromisoformat(said.replace("/", "-"))
        else:
            raise UnreadableError("the date is none: write it as 2026-11-03, or say its date_format")
    except ValueError:
        raise UnreadableError("the date is none: write it as 2026-11-03, or say its date_format") from None
    return (at.astimezone(UTC) if at.tzinfo else at).date()


def _number(what: str, text: str) -> Decimal:
    said = text.strip()
    if said.startswith("-") or (said.startswith("(") and said.endswith(")")):
        raise UnreadableError(f"{what} is negative: credits and refunds are not of one day's calls")
    if GROUPED.fullmatch(said):
        said = said.replace(",", "")
    if not PLAIN.fullmatch(said):
        raise UnreadableError(f"{what} is no number")
    return Decimal(said)
