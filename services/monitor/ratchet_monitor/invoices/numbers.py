"""Dates, tokens and amounts as invoices write them; what is none is said in words, without what stands there. Pure."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from ratchet_common.errors import RefusedError
from ratchet_monitor.invoices.signs import EITHER, GROUPED, GROUPED_BY_POINTS, PLAIN, WITH_COMMA, Sign, bare

DEAREST: Final = Decimal(10) ** 12
MOST_PLACES: Final = 20
YEARS: Final = (2000, 2100)
MOST_TOKENS: Final = 10**15
COMPACT: Final = re.compile(r"\d{8}")
DECIMAL: Final = {"point": ".", "comma": ","}
SOME_DAY: Final = datetime(2026, 11, 23, 14, 5, 6, tzinfo=UTC)


class UnreadableError(ValueError):
    """The message says what is wrong with one place of one line."""


class WrongDateFormatError(RefusedError):
    type = "wrong-date-format"
    title = "The format of dates is none"


def amount_in(text: str, sign: Sign = "point") -> Decimal:
    """USD. `sign`: before the decimal places; the other one groups thousands. Raises UnreadableError."""
    found = _number("the amount", bare(text), sign)
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


def tokens_in(field: str, text: str, sign: Sign = "point") -> int:
    """`sign`: as of `amount_in`. Raises UnreadableError. Nothing is 0. `1.250` is never one token and a quarter, and
    perhaps a thousand of them: amounts tell the sign of amounts.
    """
    if not text.strip():
        return 0
    if EITHER.fullmatch(text.strip()) and DECIMAL.get(sign, "") in text:
        raise UnreadableError(_either(f"the number of {field} tokens", text))
    found = _number(f"the number of {field} tokens", text, sign)
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


def _either(what: str, text: str) -> str:
    mark = "comma" if "," in text else "point"
    return f"{what} has a {mark} that may group thousands or not, which nothing else here tells"


def _number(what: str, text: str, sign: Sign) -> Decimal:
    said = text.strip()
    if said.startswith("-") or (said.startswith("(") and said.endswith(")")):
        raise UnreadableError(f"{what} is negative: credits and refunds are not of one day's calls")
    if sign == "unknown" and EITHER.fullmatch(said):
        raise UnreadableError(_either(what, said))
    if sign != "comma" and GROUPED.fullmatch(said):
        said = said.replace(",", "")
    elif sign != "point" and (WITH_COMMA.fullmatch(said) or GROUPED_BY_POINTS.fullmatch(said)):
        said = said.replace(".", "").replace(",", ".")
    if not PLAIN.fullmatch(said):
        raise UnreadableError(f"{what} is no number")
    return Decimal(said)
