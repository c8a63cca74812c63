"""What a company reported for a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from ratchet_figures.figure import CannotComputeError, Input, Period, Source

ITEMS = (
    *("revenue", "cost_of_revenue", "operating_income", "net_income", "interest_expense"),
    *("cash", "marketable_securities", "receivables", "inventory", "current_assets", "total_assets"),
    *("current_liabilities", "total_debt", "total_liabilities", "equity"),
    *("operating_cash_flow", "capital_expenditure"),
)

OF_A_DAY = frozenset(  # a balance's: of the last day of a period, however long it is
    ("cash", "marketable_securities", "receivables", "inventory", "current_assets", "total_assets")
) | {"current_liabilities", "total_debt", "total_liabilities", "equity"}


@dataclass(frozen=True, slots=True)
class Item:
    value: float  # in the statement's currency and scale; costs, expenses and debts are positive
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The items that are known, in one currency and one scale."""

    company: str
    period: Period
    currency: str
    scale: int  # what a value of 1 stands for, such as 1,000,000
    items: Mapping[str, Item]

    def __post_init__(self) -> None:
        if unknown := [name for name in self.items if name not in ITEMS]:
            raise CannotComputeError(f"There is no item {', '.join(unknown)}: there are {', '.join(ITEMS)}.")
        if strange := [name for name, its in self.items.items() if not isfinite(its.value)]:
            raise CannotComputeError(f"{', '.join(strange)} of {self.company} is not a finite number.")
        if self.period.first > self.period.last:
            raise CannotComputeError(f"A period of {self.company} ends on {self.period.last}, before it begins.")
        if self.scale < 1:
            raise CannotComputeError(f"The scale of {self.company} is {self.scale}: it is 1, 1000 or 1000000, say.")

    @property
    def days(self) -> int:
        return (self.period.last - self.period.first).days + 1

    @property
    def named(self) -> str:
        return f"{self.period.first} to {self.period.last}" if self.days > 1 else str(self.period.last)

    def absolute(self, name: str) -> float:
        return self.items[name].value * self.scale


def inputs(statement: Statement, names: Sequence[str]) -> tuple[Input, ...]:
    """In the currency's own unit, whatever the scale. Raises CannotComputeError, which names what is missing."""
    if missing := [name for name in names if name not in statement.items]:
        raise CannotComputeError(f"It needs {' and '.join(missing)}, which no source gives.")
    return tuple(
        Input(
            name, statement.absolute(name), statement.items[name].source, "money", statement.currency, statement.period
        )
        for name in names
    )
