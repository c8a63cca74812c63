"""What a figure of a text may be: the computed figures, what went into them, and what the cited passages have."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ratchet_figures.checking.passages import Passage, given_in
from ratchet_figures.checking.places import NOWHERE, Place
from ratchet_figures.checking.reading import Reading, Sign
from ratchet_figures.checking.units import BARE, DAYS, PERCENT, POINTS, TIMES, same_currency
from ratchet_figures.figure import Figure, Input, Unit
from ratchet_figures.ratios import RATIOS

MONEY: Final = "money"
LOSSES: Final = ("max_drawdown", "var_", "cvar_")  # told with or without a minus
RATES: Final = ("_growth", "_cagr")  # of statements
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`value` with its sign, in the unit that it is filed under. `currencies`: empty where it may be any."""

    value: Decimal
    sign: Sign  # `either`: it may be told with a minus or without
    currencies: frozenset[str] = frozenset()
    figure: Figure | None = None
    input: Input | None = None
    passage: Passage | None = None
    mark: str = ""  # of the figure
    less: bool = False
    place: Place = NOWHERE

    def of_currency(self, unit: str) -> bool:
        return not self.currencies or any(same_currency(unit, one) for one in self.currencies)


class Candidates:
    """Found by what is written: by unit, and by a value that is near."""

    def __init__(self, figures: Sequence[Figure], passages: Sequence[Passage], marks: Sequence[str] = ()) -> None:
        filed = defaultdict[str, list[tuple[float, int, Candidate]]](list)
        for unit, candidate in (*_computed(figures, marks), *_quoted(passages)):
            filed[unit].append((abs(float(candidate.value)), len(filed[unit]), candidate))
        self._filed = {unit: sorted(rows, key=lambda row: row[:2]) for unit, rows in filed.items()}
        self._values = {unit: [row[0] for row in rows] for unit, rows in self._filed.items()}

    def near(self, reading: Reading, within: float) -> Iterator[Candidate]:
        """Those of its unit, in the order in which they were given."""
        unit = MONEY if len(reading.unit) == 3 else reading.unit
        values, shown = self._values.get(unit, []), float(reading.value)
        slack = within * (1 + 1e-9) + 1e-300
        first, last = bisect_left(values, shown - slack), bisect_right(values, shown + slack)
        for _, _, candidate in sorted(self._filed.get(unit, [])[first:last], key=lambda row: row[1]):
            if unit != MONEY or candidate.of_currency(reading.unit):
                yield candidate


def _computed(figures: Sequence[Figure], marks: Sequence[str]) -> Iterator[tuple[str, Candidate]]:
    for figure, mark in zip(figures, marks or [""] * len(figures), strict=True):
        value = Decimal(repr(float(figure.value)))
        sign: Sign = "either" if figure.name.startswith(LOSSES) else _sign(value)
        no_points = figure.name in RATIOS or figure.name.endswith(RATES)
        for unit, told in _told(value, figure.unit, of_hundred=figure.name in RATIOS, no_points=no_points):
            yield unit, Candidate(told, sign, _one(figure.currency), figure, mark=mark)
        days = Decimal((figure.period.last - figure.period.first).days)
        for length in (days, days + 1):
            yield DAYS, Candidate(length, "plain", figure=figure, mark=mark)
        for one in figure.inputs:
            if one.value is not None and one.unit is not None:
                given = Decimal(repr(float(one.value)))
                for unit, told in _told(given, one.unit):
                    yield unit, Candidate(told, _sign(given), _one(one.currency), figure, one, mark=mark)


def _told(
    value: Decimal, unit: Unit, *, of_hundred: bool = False, no_points: bool = False
) -> Iterator[tuple[str, Decimal]]:
    """The units that a text may tell it in, and its value in each. `of_hundred`: a ratio of statements. `no_points`: it
    is no difference between two shares.
    """
    yield BARE, value
    if unit == "share" or of_hundred:
        yield PERCENT, value * _HUNDRED
    if unit == "share" and not no_points:
        yield POINTS, value * _HUNDRED
    if unit == "ratio":
        yield TIMES, value
    if unit == "money":
        yield MONEY, value


def _quoted(passages: Iterable[Passage]) -> Iterator[tuple[str, Candidate]]:
    for passage in passages:
        for given in given_in(passage):
            its = given.reading
            value = -its.value if its.sign in ("minus", "falls") else its.value
            currencies = _one(its.unit) if len(its.unit) == 3 else given.currencies
            candidate = Candidate(value, its.sign, currencies, passage=passage, less=given.less, place=given.place)
            for unit in _units(its.unit):
                yield unit, candidate


def _units(unit: str) -> tuple[str, ...]:
    if len(unit) == 3:
        return (MONEY, BARE)
    return {BARE: (BARE, MONEY, TIMES), TIMES: (TIMES, BARE)}.get(unit, (unit,))


def _sign(value: Decimal) -> Sign:
    return "minus" if value < 0 else "plain"


def _one(currency: str | None) -> frozenset[str]:
    return frozenset({currency}) if currency else frozenset()
