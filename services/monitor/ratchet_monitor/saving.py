"""Is a canary cheaper or faster than its control, or does it only look so? Pure.

A few dear answers of the control look like a saving. So what is no worse advances only where an interval that may be
read at any time says that it saves at all (`anytime.py`), and what was seen is as much as is asked for. A unit counts
once, with the first of its answers: what it costs, up to a dollar, and what the first that came took, up to a minute.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ratchet_monitor.comparison import SAVING_ALPHA, Proven
from ratchet_monitor.experiments import Experiment
from ratchet_monitor.observations import Observation
from ratchet_monitor.studies.metrics import MOST_MICRO, MOST_NANO
from ratchet_scoring.anytime import UNKNOWN, interval
from ratchet_scoring.estimates import difference, mean
from ratchet_scoring.intervals import Interval
from ratchet_scoring.moments import Floats, moments


@dataclass(frozen=True, slots=True)
class Saving:
    """Of a unit's first answer, in USD or seconds. `within`: of the canary minus the control."""

    control: float
    canary: float
    within: Interval

    def proven(self, saving: float) -> bool:
        """`saving`: .3 for 30 %."""
        return self.within.high < 0 and self.canary <= (1 - saving) * self.control


async def proven(seen: Sequence[Observation], experiment: Experiment, saving: float) -> Proven:
    """`seen`: the first of the whole trial, in the order in which they became known."""
    costs, times = await asyncio.to_thread(firsts, seen, experiment)
    found = [await asyncio.to_thread(compare, *one, saving=saving, alpha=SAVING_ALPHA) for one in (costs, times)]
    cheaper, faster = (one.proven(saving) for one in found)
    return Proven(cheaper, faster)


Pair = tuple[list[float], list[float]]  # of the control and the canary


def firsts(seen: Iterable[Observation], experiment: Experiment) -> tuple[Pair, Pair]:
    """Costs and times, one a unit. What did not come has cost something, and took no time that says anything."""
    cost: dict[str, tuple[bool, float]] = {}
    time: dict[str, tuple[bool, float]] = {}
    for one in seen:
        is_canary = one.arm == experiment.canary
        cost.setdefault(one.unit, (is_canary, min(one.cost + one.cost_of_attempts, MOST_NANO) / 1e9))
        if one.outcome == "ok":
            time.setdefault(one.unit, (is_canary, min(one.latency, MOST_MICRO) / 1e6))
    return _apart(cost.values()), _apart(time.values())


def compare(
    control: Sequence[float] | Floats, canary: Sequence[float] | Floats, *, saving: float, alpha: float
) -> Saving:
    """The interval is the narrowest about where so much would be saved; that moves its width, and not its truth."""
    of_control, of_canary = mean(moments(control)), mean(moments(canary))
    if min(len(control), len(canary)) < 2 or not of_control.value > 0:
        return Saving(of_control.value, of_canary.value, UNKNOWN)
    effect = saving * of_control.value
    within = interval(difference(of_canary, of_control), minimum_effect=effect, alpha=alpha)
    return Saving(of_control.value, of_canary.value, within)


def _apart(values: Iterable[tuple[bool, float]]) -> Pair:
    control: list[float] = []
    canary: list[float] = []
    for is_canary, value in values:
        (canary if is_canary else control).append(value)
    return control, canary
