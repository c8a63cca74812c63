"""HTTP in: the portfolio that a report is asked about, and what is wrong with it, by field."""

from datetime import date
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ratchet_common.errors import RefusedError
from ratchet_router.api.given import GivenBody
from ratchet_router.reporting.wanted import Holdings

MOST_INSTRUMENTS: Final = 200
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Price = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class PortfolioBody(GivenBody):
    """Exactly one of `prices` and `prices_csv`. Weights add up to 1, or to 100; without any, all have the same."""

    prices: dict[Name, Annotated[dict[date, Price | None], Field(min_length=1, max_length=50_000)]] | None = Field(
        None, min_length=1, max_length=MOST_INSTRUMENTS, description="by instrument and day; null: there was none"
    )
    prices_csv: str | None = Field(
        None, min_length=1, description="a column `date`, and one for each instrument; an empty cell: no price"
    )
    weights: dict[Name, Finite] = Field({}, max_length=MOST_INSTRUMENTS, description="negative: sold short")
    benchmark: str = Field("", max_length=100, description="one of the instruments, which is not held")
    source: str = Field("", max_length=200, description="where the prices are from, for the reader")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.prices is None) == (self.prices_csv is None):
            raise PydanticCustomError("prices", "exactly one of prices and prices_csv must be given")
        return self

    def holdings(self, prices: dict[str, dict[date, float | None]], notes: tuple[str, ...] = ()) -> Holdings:
        """`prices`: those of `prices_csv`, where it is given. Raises WrongPortfolioError."""
        its = Holdings(
            prices=self.prices or prices,
            weights=self.weights,
            benchmark=self.benchmark,
            source=self.source,
            notes=notes,
        )
        if problem := problem_of(its):
            raise WrongPortfolioError(*problem)
        return its


class WrongPortfolioError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, field: str, message: str) -> None:
        where = f"portfolio.{field}"
        super().__init__(f"{where}: {message}.", errors=[{"field": where, "message": message}])


def problem_of(its: Holdings) -> tuple[str, str] | None:
    """The field, and what is wrong with it."""
    if not 1 <= len(its.prices) <= MOST_INSTRUMENTS:
        return "prices", f"there are prices of 1 to {MOST_INSTRUMENTS} instruments, and not of {len(its.prices)}"
    if unknown := [name for name in its.weights if name not in its.prices]:
        return "weights", f"there are no prices of {', '.join(unknown[:5])}"
    if its.benchmark and its.benchmark not in its.prices:
        return "benchmark", f"there are no prices of {its.benchmark}"
    if its.benchmark in its.weights:
        return "benchmark", "it is held as well: give it another name"
    if not its.instruments or not any(its.prices.values()):
        return "prices", "nothing is held that has a price"
    return None
