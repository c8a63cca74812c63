"""Dates, tokens and amounts as invoices write them; what is none is said in words, without what stands there. Pure."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from ratchet_common.errors import RefusedError

PLAIN: Final = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,4})?|\.\d+([eE][+-]?\d{1,4})?")
GROUPED: Final = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
WITH_COMMA: Final = re.compile(r"\d*,\d*|[1-9]\d{0,2}(\.\d{3})+,\d*")  # as a decimal point
EITHER: Final = re.compile(r"[1-9]\d{0,2},\d{3}")  # thousands, or three decimal places
GROUPED_BY_POINTS: Final = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
DEAREST: Final = Decimal(10) ** 12
MOST_PLACES: Final = 20
YEARS: Final = (2000, 2100)
MOST_TOKENS: Final = 10**15
COMPACT: Final = re.compile(r"\d{8}")
SOME_DAY: Final = datetime(2026, 11, 23, 14, 5, 6, tzinfo=UTC)


class UnreadableError(ValueError):
    """The message says what is wrong with one place of one line."""


class WrongDateFormatError(RefusedError):
    type = "wrong-date-format"
    title = "The format of dates is none"


def amount_in(text: str, *, by_comma: bool = True) -> Decimal:
    """USD. `by_comma`: the fields of a line are told apart by commas, so that one within a number groups thousands;
    else it is a decimal point, where it can be nothing else. Raises UnreadableError."""
    found = _number("the amount", text.strip().removeprefix("$").removesuffix("USD"), by_comma=by_comma)
    if found > DEAREST:
        raise UnreadableError("the amount is too large to be one")
    if found and places_of(found) > MOST_PLACES:
        raise UnreadableError(f"the amount has more than {MOST_PLACES} decimal places")
    return found


def places_of(amount: Decimal) -> int:
    """Decimal places that it is written with; none that only an exponent makes of a zero."""
    exponent = amount.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return places if amount or places <= MOST_PLACES else 0


def tokens_in(field: str, text: str, *, by_comma: bool = True) -> int:
    """`by_comma`: as of `amount_in`. Raises UnreadableError. Nothing is 0."""
    if not text.strip():
        return 0
    what = f"the number of {field} tokens"
    if not by_comma and GROUPED_BY_POINTS.fullmatch(text.strip()):
        raise UnreadableError(f"{what} has a point that may group thousands or not: write it without")
    found = _number(what, text, by_comma=by_comma)
    if found > MOST_TOKENS or found != int(found):
        raise UnreadableError(f"the number of {field} tokens is no whole number of tokens")
    return int(found)


def day_in(text: str, date_format: str) -> date:
    """By UTC where there is a time zone. Raises UnreadableError."""
    said = text.strip()
    try:
        at = _time_in(said, date_format)
    except (ValueError, OverflowError):
        raise UnreadableError("the date is none: write it as 2026-11-03, or say its date_format") from None
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise UnreadableError(f"the date's year lies outside {YEARS[0]} to {YEARS[1]}")
    return (at.astimezone(UTC) if at.tzinfo else at).date()


def known_format(date_format: str) -> str:
    """Raises WrongDateFormatError where no date could be read by it."""
    try:
        datetime.strptime(SOME_DAY.strftime(date_format), date_format)  # noqa: DTZ007  only whether it can be done
    except (ValueError, OverflowError, re.error):
        raise WrongDateFormatError(
            "No date can be read by date_format: write it as in %d.%m.%Y, each part once."
        ) from None
    return date_format


def _time_in(said: str, date_format: str) -> datetime:
    if date_format:
        return datetime.strptime(said, date_format)  # noqa: DTZ007  a zone is in it where the format has one
    if COMPACT.fullmatch(said) or len(said) >= 10:
        return datetime.fromisoformat(said.replace("/", "-"))
    raise ValueError("a year, a month and a day are more")


def _number(what: str, text: str, *, by_comma: bool) -> Decimal:
    said = text.strip()
    if said.startswith("-") or (said.startswith("(") and said.endswith(")")):
        raise UnreadableError(f"{what} is negative: credits and refunds are not of one day's calls")
    if not by_comma and EITHER.fullmatch(said):
        raise UnreadableError(f"{what} has a comma that may group thousands or not: write it with a point, or without")
    if GROUPED.fullmatch(said):
        said = said.replace(",", "")
    elif not by_comma and WITH_COMMA.fullmatch(said):
        said = said.replace(".", "").replace(",", ".")
    elif not by_comma and GROUPED_BY_POINTS.fullmatch(said) and said.count(".") > 1:
        said = said.replace(".", "")
    if not PLAIN.fullmatch(said):
        raise UnreadableError(f"{what} is no number")
    return Decimal(said)
