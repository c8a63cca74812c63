"""What the names of instruments say: that they are the columns of one, or priced in several currencies. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ratchet_figures.checking.units import currencies_in
from ratchet_figures.figure import CannotComputeError

_OF_ONE: Final = frozenset(("open", "high", "low", "close", "adj close", "adjusted close", "volume"))
_NO_NAMES: Final = frozenset(("close", "adj close", "adjusted close", "volume"))  # LOW and OPEN are somebody's


def are_several(names: Sequence[str]) -> None:
    """Held without weights. Raises CannotComputeError where they are opening, highest and closing prices of one."""
    plain = {name.casefold().replace("_", " ").strip(): name for name in names}
    if plain.keys() & _NO_NAMES and len(found := [plain[one] for one in plain if one in _OF_ONE]) > 1:
        raise CannotComputeError(
            f"The columns {', '.join(found)} are of one instrument, and no instruments: give its closing price "
            "alone, in a column named after it, or its weight."
        )


def currencies_of(names: Iterable[str]) -> Iterator[str]:
    """Said where the names tell several."""
    if len(its := sorted({code for name in names for code in currencies_in(name)})) > 1:
        yield (
            f"Prices are in {' and '.join(its)}, as the names of the instruments say: each return is in its "
            "own currency, and what the currencies did against each other is in none."
        )
