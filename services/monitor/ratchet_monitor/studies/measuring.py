"""An arm against the control in one metric, by the sequence that is for it (ADR 22). Pure; says when others may go on.

Differences are arm minus control in the metric's unit.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Final

from ratchet_monitor.studies.metrics import BOUNDED, Metric
from ratchet_monitor.studies.past import NO_PASTS, Pasts
from ratchet_monitor.studies.units import Counted, values
from ratchet_scoring.anytime import interval
from ratchet_scoring.estimates import Estimate, difference, ratio
from ratchet_scoring.foresight import Outlook, days_left, days_left_of_bets
from ratchet_scoring.intervals import Interval
from ratchet_scoring.moments import Moments, moments, nothing
from ratchet_scoring.pre_period import Adjusted, adjusted_mean, adjusted_ratio
from ratchet_scoring.weighed_bets import WeighedComparer

TURN: Final = 100  # units are bet on before others get the event loop
NOTHING: Final = Estimate(nan, nan, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """How sure an answer has to be. `share`: of the arm, of it and the control together."""

    metric: Metric
    minimum_effect: float
    alpha: float
    share: float


@dataclass(frozen=True, slots=True)
class Measured:
    control: float  # means, raw
    arm: float
    units: tuple[int, int]  # counted, of the control and the arm
    difference: float
    interval: Interval
    outlook: Callable[[], Outlook]  # a tenth of a second of work
    with_past: float = 0.0
    saved: float = 0.0


async def by_bets(sequence: Sequence[tuple[bool, float]], asked: Asked, units_a_day: float) -> Measured:
    """Of (is it the arm's, 0 to 1), in the order in which the numbers became known."""
    comparer = WeighedComparer(share=asked.share, alpha=asked.alpha)
    for number, (is_arm, value) in enumerate(sequence, 1):
        comparer.add(is_arm, value)
        if number % TURN == 0:
            await asyncio.sleep(0)
    found = comparer.comparison()
    control, arm = (nan if mean is None else mean for mean in (found.mean_control, found.mean_canary))
    outlook = partial(days_left_of_bets, comparer.kept(), units_a_day=units_a_day, minimum_effect=asked.minimum_effect)
    units = (found.n_control, found.n_canary)
    return Measured(control, arm, units, arm - control, Interval(found.low, found.high), outlook)


def by_interval(
    control: Sequence[Counted], arm: Sequence[Counted], asked: Asked, units_a_day: float, pasts: Pasts = NO_PASTS
) -> Measured:
    """Of units whose window is over; of a metric that has bounds, with their pasts, of those that have a number."""
    adjusts = pasts or asked.metric in BOUNDED
    found = _adjusted(control, arm, asked.metric, pasts) if adjusts else _raw(control, arm, asked.metric)
    units = (len(control), len(arm))
    seen = found.effect
    within = interval(seen, minimum_effect=asked.minimum_effect, alpha=asked.alpha)
    outlook = partial(
        days_left,
        seen,
        units=sum(units),
        units_a_day=units_a_day,
        minimum_effect=asked.minimum_effect,
        alpha=asked.alpha,
    )
    raw = [_value(rows, asked.metric) for rows in (_rows(control, asked.metric), _rows(arm, asked.metric))]
    return Measured(raw[0], raw[1], units, seen.value, within, outlook, found.with_past, found.saved)


def _raw(control: Sequence[Counted], arm: Sequence[Counted], metric: Metric) -> Adjusted:
    of_both = [_estimate(_moments(_rows(units, metric), 2)) for units in (arm, control)]
    effect = difference(*of_both)
    return Adjusted(effect=effect, raw=effect, theta=(), with_past=0.0)


def _adjusted(control: Sequence[Counted], arm: Sequence[Counted], metric: Metric, pasts: Pasts) -> Adjusted:
    numbers = 3 if metric in BOUNDED else 5
    of_arm, of_control = (_moments(_with_pasts(units, metric, pasts), numbers) for units in (arm, control))
    if min(len(control), len(arm)) < 2 or (metric not in BOUNDED and not min(of_arm.means[1], of_control.means[1]) > 0):
        return Adjusted(effect=NOTHING, raw=NOTHING, theta=(), with_past=0.0)
    return adjusted_mean(of_arm, of_control) if metric in BOUNDED else adjusted_ratio(of_arm, of_control)


def _rows(units: Sequence[Counted], metric: Metric) -> list[tuple[float, ...]]:
    """A unit's numbers: one where the metric has bounds, else above and below the line."""
    if metric in BOUNDED:
        return [(first[1],) for unit in units if (first := unit.first_of(metric)) is not None]
    return [*values(units, metric)]


def _with_pasts(units: Sequence[Counted], metric: Metric, pasts: Pasts) -> list[tuple[float, ...]]:
    """As `pre_period` wants its rows: the numbers, has it a past, the numbers in the past."""
    rows = _rows(units, metric)
    empty = (0.0,) * (1 + len(rows[0])) if rows else ()
    return [(*row, *(_past(unit, metric, pasts) or empty)) for unit, row in zip(units, rows, strict=True)]


def _past(unit: Counted, metric: Metric, pasts: Pasts) -> tuple[float, ...] | None:
    past = pasts.get(unit.key)
    above, below = past.of(metric) if past else (0.0, 0.0)
    if not below:
        return None
    return (1.0, above / below) if metric in BOUNDED else (1.0, above, below)


def _estimate(seen: Moments) -> Estimate:
    """Of a ratio: nothing is known where nothing is below the line."""
    return ratio(seen) if seen.n > 1 and seen.means[1] > 0 else Estimate(nan, nan, seen.n)


def _moments(rows: Sequence[tuple[float, ...]], numbers: int) -> Moments:
    return moments(rows) if rows else nothing(numbers)


def _value(rows: Sequence[tuple[float, ...]], metric: Metric) -> float:
    above = sum(row[0] for row in rows)
    below = len(rows) if metric in BOUNDED else sum(row[1] for row in rows)
    return above / below if below else nan


def turned(within: Interval, sign: int) -> Interval:
    return within if sign > 0 else Interval(-within.high, -within.low)
