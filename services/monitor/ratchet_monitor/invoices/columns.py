"""Which column of an invoice's file is what: as the user says, or by the names that such files have. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ratchet_common.errors import RefusedError

Field = Literal["date", "model", "input", "output", "cached", "amount", "currency"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
NEEDED: Final[tuple[Field, ...]] = ("date", "model", "amount")
SHOWN: Final = 20  # names of the header
OURS: Final = "USD"
CURRENCIES: Final = frozenset(
    (
        *("AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "EURO", "EUROS"),
        *("GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PKR", "PLN"),
        *("RMB", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR"),
    )
)
OTHER_DOLLARS: Final = re.compile(r"\b(A|AU|C|CA|HK|MX|NT|NZ|R|S|SG)\$")
WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

KNOWN: Final[Mapping[Field, tuple[str, ...]]] = {
    "date": ("date", "day", "usagedate", "starttime", "bucketstart", "timestamp", "billingdate", "usagestartdate"),
    "model": ("model", "modelname", "modelid", "sku", "lineitem", "modelversion", "snapshot"),
    "input": ("inputtokens", "prompttokens", "input", "tokensin", "inputtokencount", "contexttokens"),
    "output": ("outputtokens", "completiontokens", "output", "tokensout", "outputtokencount", "generatedtokens"),
    "cached": ("cachedtokens", "inputcachedtokens", "cachedinputtokens", "cachereadtokens", "cachereadinputtokens"),
    "amount": (
        "amount",
        "cost",
        "costusd",
        "amountusd",
        "amountvalue",
        "totalcost",
        "totalcostusd",
        "costinusd",
        "usd",
    ),
    "currency": ("currency", "currencycode", "amountcurrency", "billingcurrency"),
}


class WrongCurrencyError(RefusedError):
    type = "wrong-currency"
    title = "The invoice is in another currency"


class NoSuchColumnError(RefusedError):
    type = "missing-column"
    title = "The invoice's file lacks a column"


@dataclass(frozen=True, slots=True)
class Columns:
    """Places in a line, from 0, and the header's own words for them."""

    places: Mapping[Field, int]
    header: tuple[str, ...]

    def words(self) -> dict[str, str]:
        return {field: self.header[place] for field, place in self.places.items()}


def columns(header: Sequence[str], named: Mapping[Field, str]) -> Columns:
    """`named`: by the user, in the header's words. Raises NoSuchColumnError, WrongCurrencyError."""
    plain = [_plain(name) for name in header]
    exact = [name.strip() for name in header]
    places: dict[Field, int] = {}
    for field, name in named.items():
        if name.strip() in exact:
            places[field] = exact.index(name.strip())
        elif _plain(name) and _plain(name) in plain:
            places[field] = plain.index(_plain(name))
        else:
            raise NoSuchColumnError(f"There is no column {name!r} for {field}; {_there(header)}.")
    for field in FIELDS:
        found = next((plain.index(name) for name in KNOWN[field] if name in plain), None)
        if field not in places and found is not None and found not in places.values():
            places[field] = found
    lacking = [field for field in NEEDED if field not in places]
    if lacking:
        raise NoSuchColumnError(
            f"No column was recognised for {' and '.join(lacking)}; {_there(header)}. "
            f"Name it, as in {lacking[0]}_column=…."
        )
    _in_our_currency(header[places["amount"]])
    return Columns(places, tuple(header))


def _in_our_currency(name: str) -> None:
    """By the sign or the code in the name of the amount's column. Raises WrongCurrencyError."""
    codes = {word.upper() for word in WORDS.findall(name)} & CURRENCIES
    signs = {sign for sign in name if unicodedata.category(sign) == "Sc" and sign not in "$\uff04\ufe69"}
    if codes - {OURS} or signs or OTHER_DOLLARS.search(name):
        raise WrongCurrencyError(
            f"The column {name[:40]!r} is in another currency than {OURS}, in which all records are: convert it, or "
            "name a column that is, as in amount_column=…."
        )


def _plain(name: str) -> str:
    """Letters and digits of any script; empty where there are none, which is like no other."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


def _there(header: Sequence[str]) -> str:
    more = f" and {len(header) - SHOWN} more" if len(header) > SHOWN else ""
    return f"the file has {', '.join(repr(name[:40]) for name in header[:SHOWN])}{more}"
