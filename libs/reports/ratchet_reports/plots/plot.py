"""What a plot shows, as values. Its spec is written from them, so that none from outside is ever drawn."""

from datetime import date

from msgspec import Struct

from ratchet_figures.figure import Unit


class Series(Struct, frozen=True, kw_only=True):
    """A value a day, the days rising."""

    name: str
    days: tuple[date, ...]
    values: tuple[float, ...]


class Lines(Struct, frozen=True, kw_only=True, tag="lines", tag_field="kind"):
    """Values over time. `filled`: the area between each line and 0."""

    title: str
    unit: Unit
    series: tuple[Series, ...]
    currency: str = ""  # of money
    filled: bool = False


class Bar(Struct, frozen=True, kw_only=True):
    name: str
    value: float


class Bars(Struct, frozen=True, kw_only=True, tag="bars", tag_field="kind"):
    """One bar a name, in the order in which they come; names are distinct."""

    title: str
    unit: Unit
    bars: tuple[Bar, ...]
    currency: str = ""  # of money


Plot = Lines | Bars
