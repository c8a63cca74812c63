"""What is asked for of prices and of statements, for what reasons, and what could not be understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ratchet_figures.names import GROWING, LEVEL


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to compute from. `first`, `last`: days of the data; `last year` is counted back from `last`."""

    last: date
    first: date | None = None
    instruments: Sequence[str] = ()
    benchmark: str | None = None  # that the portfolio has, where the question names none
    companies: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OfPrices:
    """`instruments`: none is the whole portfolio. Both days are within; None is as far as the data goes."""

    measures: tuple[str, ...]
    instruments: tuple[str, ...] = ()
    benchmark: str | None = None
    first: date | None = None
    last: date | None = None
    level: float = LEVEL
    risk_free: float = 0.0
    rebalancing: Literal["each_period", "never"] = "each_period"
    per_year: float | None = None  # returns; none: by the days between prices


@dataclass(frozen=True, slots=True)
class OfStatements:
    """`companies`: none is all that there are. A statement is taken whose period lies within the days."""

    ratios: tuple[str, ...] = ()
    growing: tuple[str, ...] = GROWING
    companies: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`reasons`: why each is asked for; `unknown`: what the question says and nothing answers, in sentences."""

    requests: tuple[OfPrices | OfStatements, ...]
    reasons: tuple[str, ...]
    unknown: tuple[str, ...] = ()
