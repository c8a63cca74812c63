"""Which column of an invoice's file is what: as the user says, or by the names that such files have. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ratchet_common.errors import RefusedError

Field = Literal["date", "model", "input", "output", "cached", "amount", "currency"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
NEEDED: Final[tuple[Field, ...]] = ("date", "model", "amount")
SHOWN: Final = 20  # names of the header

KNOWN: Final[Mapping[Field, tuple[str, ...]]] = {
    "date": ("date", "day", "usagedate", "starttime", "bucketstart", "timestamp", "billingdate", "usagestartdate"),
    "model": ("model", "modelname", "modelid", "sku", "lineitem", "modelversion", "snapshot"),
    "input": ("inputtokens", "prompttokens", "input", "tokensin", "inputtokencount", "contexttokens"),
    "output": ("outputtokens", "completiontokens", "output", "tokensout", "outputtokencount", "generatedtokens"),
    "cached": ("cachedtokens", "inputcachedtokens", "cachedinputtokens", "cachereadtokens", "cachereadinputtokens"),
    "amount": ("amount", "cost", "costusd", "amountusd", "amountvalue", "total", "costinusd", "usd", "price"),
    "currency": ("currency", "currencycode", "amountcurrency", "billingcurrency"),
}


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
    """`named`: by the user, in the header's words. Raises NoSuchColumnError."""
    plain = [_plain(name) for name in header]
    places: dict[Field, int] = {}
    for field, name in named.items():
        if _plain(name) not in plain:
            raise NoSuchColumnError(f"There is no column {name!r} for {field}; {_there(header)}.")
        places[field] = plain.index(_plain(name))
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
    return Columns(places, tuple(header))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _there(header: Sequence[str]) -> str:
    more = f" and {len(header) - SHOWN} more" if len(header) > SHOWN else ""
    return f"the file has {', '.join(repr(name[:40]) for name in header[:SHOWN])}{more}"
