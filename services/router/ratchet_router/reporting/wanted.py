"""What a report is asked for: a question, what is held, statements, which documents, and how it shall be."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec

from ratchet_figures.names import LEVEL
from ratchet_router.grounding.context import Context
from ratchet_router.priorities import EVEN, Priorities

Part = Literal["answer", "figures", "tables", "plots"]
PARTS: Final[tuple[Part, ...]] = ("answer", "figures", "tables", "plots")
Chooser = Literal["rules", "model"]


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """`prices`: by instrument and day. `source`: the name of what they stand in. `notes`: what was done to them."""

    prices: dict[str, dict[date, float | None]]
    weights: Mapping[str, float] = {}
    benchmark: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def instruments(self) -> tuple[str, ...]:
        """What is held: those with a weight, or, without any, all but the benchmark."""
        return tuple(self.weights) or tuple(name for name in self.prices if name != self.benchmark)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last on which anybody has a price."""
        every = [day for its in self.prices.values() for day in its]
        return min(every), max(every)

    def of(self, name: str, first: date | None = None, last: date | None = None) -> dict[date, float]:
        """The prices of an instrument that are there, within days; empty where there is none."""
        return {
            day: price
            for day, price in self.prices.get(name, {}).items()
            if price is not None and (not first or day >= first) and (not last or day <= last)
        }


class GivenItem(msgspec.Struct, frozen=True):
    """`page` counts from 1; 0: not said."""

    value: float
    document: str = ""
    page: int = 0


class GivenStatement(msgspec.Struct, frozen=True, kw_only=True):
    company: str
    first: date
    last: date
    currency: str
    scale: int
    items: dict[str, GivenItem]


class Computing(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be computed. Without any names the question decides. Days are within; None: as far as there are."""

    measures: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    growing: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    level: float = LEVEL
    risk_free: float = 0.0
    rebalancing: Literal["each_period", "never"] = "each_period"
    per_year: float | None = None  # returns; none: by the days between prices

    @property
    def named(self) -> bool:
        return bool(self.measures or self.ratios or self.growing)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`context` None: no documents are looked into. `parts`: what the report shall have. `reported`: the statements are
    out of documents, those that the question is about.
    """

    question: str
    title: str = ""
    holdings: Holdings | None = None
    statements: tuple[GivenStatement, ...] = ()
    reported: bool = False
    context: Context | None = None
    computing: Computing = Computing()
    chooser: Chooser = "rules"
    parts: tuple[Part, ...] = PARTS
    headings: tuple[str, ...] = ()
    audience: str = ""
    language: str = ""
    model: str = "auto"
    priorities: Priorities = EVEN
    max_cost_usd: Decimal | None = None
    collect: bool = True
    user: str | None = None
    session: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def computes(self) -> bool:
        return self.holdings is not None or bool(self.statements)

    @property
    def asks_a_model(self) -> bool:
        return "answer" in self.parts
