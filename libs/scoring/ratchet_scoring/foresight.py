"""How many days until a verdict, if there is a gain of the minimum effect? Or honestly: not foreseeable.

The noise to come is drawn: a thousand ways on from where the experiment stands, each with the minimum effect as the
truth and the variance seen so far, against the very boundary that decides. So a good or a bad start counts, and
the answer is an interval: in a tenth of the ways the verdict comes before `early`, in nine tenths before `late`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.anytime import FEWEST
from ratchet_scoring.estimates import Estimate
from ratchet_scoring.normal_mixture import boundary, information_needed, rho_for
from ratchet_scoring.sequential import DIFFERENCES, FRACTIONS, Floats
from ratchet_scoring.weighed_bets import NONE, WEIGHTS, Kept, center, least

HORIZON = 365.0  # days; what lies beyond is not foreseen
WAYS = 1000
STEPS = 400
FEWEST_BETS = 60  # scored units; fewer do not show the variance
RICHEST = 50.0  # log of what a bet is let grow to: far beyond any verdict

Crossed = Callable[[Floats, Floats], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Days from now; None: later than HORIZON, or nothing is known."""

    early: float | None
    likely: float | None
    late: float | None
    told: str  # a sentence


def days_left(
    seen: Estimate, *, units: int, units_a_day: float, minimum_effect: float, alpha: float, seed: int = 0
) -> Outlook:
    """Of an interval as `anytime.interval` gives it. `units`: of all arms of this comparison, so far and a day."""
    if not units_a_day > 0:
        return _unforeseeable("no units come")
    if seen.n < 2 or not seen.information > 0:
        return _unforeseeable(f"{units} units do not show how much the metric varies")
    a_day = seen.information * units_a_day / units
    rho = rho_for(information_needed(minimum_effect, alpha=alpha), alpha=alpha)
    until_fewest = max(0.0, (FEWEST - seen.n) / seen.n * units / units_a_day)

    def crossed(more: Floats, noise: Floats) -> NDArray[np.bool_]:
        reached = seen.value * seen.information + minimum_effect * more + noise
        far = abs(reached) >= boundary(seen.information + more, rho=rho, alpha=alpha)
        return np.asarray(far & (more >= until_fewest * a_day), bool)

    return _outlook(crossed, a_day, seed)


def days_left_of_bets(kept: Kept, *, units_a_day: float, minimum_effect: float, seed: int = 0) -> Outlook:
    """Of a `WeighedComparer`. Bets are taken to second order: close for the small fractions that small gains need."""
    if not units_a_day > 0:
        return _unforeseeable("no units come")
    units = sum(kept.units)
    if units < FEWEST_BETS:
        return _unforeseeable(f"{units} scored units do not show how much scores vary, {FEWEST_BETS} would")
    square = kept.squares / units
    capital = np.array(kept.capital).reshape(2, len(DIFFERENCES), len(FRACTIONS))[:, NONE]
    lowest = least(center(kept.recent, kept.share), kept.share)

    def crossed(more: Floats, noise: Floats) -> NDArray[np.bool_]:
        won = minimum_effect * more + np.sqrt(square) * noise
        growth = np.zeros((2, *won.shape))  # of the bets on a gain, on a loss
        for side, sign in enumerate((1, -1)):
            for stake, weight, fraction in zip(capital[side], WEIGHTS, FRACTIONS / lowest[side], strict=True):
                log_growth = sign * fraction * won - fraction**2 * square * more / 2
                growth[side] += weight * stake * np.exp(np.minimum(log_growth, RICHEST))
        return np.asarray((growth >= 2 / kept.alpha).any(axis=0), bool)

    return _outlook(crossed, units_a_day, seed)


def _outlook(crossed: Crossed, a_day: float, seed: int) -> Outlook:
    """`a_day`: by how much the variance of the noise grows. Shapes: more (steps), noise (ways, steps)."""
    days = np.geomspace(HORIZON / 20_000, HORIZON, STEPS)
    more = days * a_day
    drawn = np.random.default_rng(seed).standard_normal((WAYS, STEPS))
    noise = np.cumsum(drawn * np.sqrt(np.diff(more, prepend=0.0)), axis=1)
    over = crossed(more, noise)
    first = np.where(over.any(axis=1), days[over.argmax(axis=1)], np.inf)
    early, likely, late = (_known(np.quantile(first, part, method="higher")) for part in (0.1, 0.5, 0.9))
    if likely is None:
        return Outlook(early, None, None, f"Not foreseeable: more likely than not it takes over {HORIZON:.0f} days.")
    return Outlook(early, likely, late, in_words(early, likely, late))


def in_words(early: float | None, likely: float, late: float | None) -> str:
    first, middle = _lasting(early if early is not None else likely), _lasting(likely)
    last = _lasting(late) if late is not None else f"more than {HORIZON:.0f} days"
    if first == last:
        return f"{first.capitalize()}, in 8 of 10 cases."
    alike = first.rpartition(" ")[2] == last.rpartition(" ")[2]
    return f"About {middle}, between {first.rpartition(' ')[0] if alike else first} and {last} in 8 of 10 cases."


def _lasting(days: float) -> str:
    if days >= 1:
        return f"{days:.3g} days"
    hours = round(days * 24)
    return f"{hours} hours" if hours > 1 else "an hour or less"


def _known(days: float) -> float | None:
    return float(days) if np.isfinite(days) else None


def _unforeseeable(why: str) -> Outlook:
    return Outlook(None, None, None, f"Not foreseeable: {why}.")
