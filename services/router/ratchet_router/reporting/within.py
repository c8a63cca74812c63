"""Which periods of statements the days are about that are asked for. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from ratchet_figures.choosing import OfStatements
from ratchet_figures.figure import Period
from ratchet_figures.growth import ALIKE

A_WEEK: Final = timedelta(days=7)  # by which years of 52 weeks begin before that of the calendar, and end after it


def within(periods: Iterable[Period], request: OfStatements) -> frozenset[Period]:
    """Those that lie within the days that are asked for. Where none does, those whose middle does and that are no
    longer: of a company whose year begins in October the year that is meant.
    """
    first, last = request.first or date.min, request.last or date.max
    every = [(its, its.last - its.first) for its in periods]
    inside = frozenset(its for its, _ in every if first - its.first <= A_WEEK and its.last - last <= A_WEEK)
    long = (last - first) * (1 + ALIKE)
    return inside or frozenset(its for its, days in every if first <= its.first + days / 2 <= last and days <= long)
