"""A figure, with all that is needed to check it: of what, from what, how, over which time, and what was assumed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["share", "ratio", "money", "count"]  # a share of .12 is shown as 12 %


class CannotComputeError(ValueError):
    """The sentence names the figure and what it lacks. It goes to the reader as it stands."""


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands. `page` counts from 1."""

    document: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    value: float | None = None  # none for a series, which `name` describes
    source: Source | None = None
    unit: Unit | None = None  # of the value
    currency: str | None = None  # of money
    period: Period | None = None  # of an amount; none: that of the figure


@dataclass(frozen=True, slots=True)
class Figure:
    name: str  # of the measure, such as `sharpe_ratio`
    subject: str  # what it is of: `portfolio`, an instrument, two of them, a company
    value: float
    unit: Unit
    period: Period
    formula: str
    inputs: tuple[Input, ...]
    assumptions: tuple[str, ...] = ()
    currency: str | None = None  # of money


@dataclass(frozen=True, slots=True)
class Refusal:
    """A figure that was asked for and is not there, with the reason."""

    name: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Computed:
    figures: tuple[Figure, ...]
    refusals: tuple[Refusal, ...]


def each(subject: str, asked: Iterable[tuple[str, Callable[[], Iterable[Figure]]]]) -> Computed:
    """Computes each by its name; what cannot be computed is refused with its reason, and takes nothing else away."""
    figures: list[Figure] = []
    refusals: list[Refusal] = []
    for name, compute in asked:
        try:
            figures.extend(compute())
        except CannotComputeError as error:
            refusals.append(Refusal(name, subject, str(error)))
    return Computed(tuple(figures), tuple(refusals))
