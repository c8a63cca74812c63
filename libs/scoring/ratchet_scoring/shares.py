"""Do the arms get the units that they should? If not, something loses units of one arm, and no other number counts.

A test that may be watched all the time, for any number of arms. A gambler bets on shares drawn from a Dirichlet
distribution around the promised ones; after n units the capital is

    Gamma(c) / Gamma(c + n)  times the product over arms of  Gamma(c s + k) / (Gamma(c s) s^k)

with k units of the arm whose share should be s. Under the promised shares it is a martingale, so it reaches 1/alpha
with a chance of alpha at most, ever. (Lindon and Malek, Anytime-valid inference for multinomial count data, NeurIPS
2022.) Only the counts enter, not their order.

Bets near the promised shares find what is off by some hundredths, and hardly find in time that an arm loses most of its
units; bets far from them do the opposite. So half of the money is on each: the mean of martingales is one, too.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log
from typing import TypeVar

Arm = TypeVar("Arm", bound=Hashable)

CONCENTRATIONS = (10.0, 1000.0)  # of the bets: on shares far from the promised ones, and off by some hundredths
ALPHA = 0.01  # a budget of its own: a mismatch is no verdict on an arm, it says that there can be none


@dataclass(frozen=True, slots=True)
class Mismatch:
    """All plain numbers: it can be stored as it is. Arms in the order of the promised shares."""

    counts: tuple[int, ...]
    shares: tuple[float, ...]
    log_capital: float
    most: float  # the largest log capital at any look so far

    @property
    def p_value(self) -> float:
        """Valid at any time: the chance that it ever gets this small is no more than that, if the shares are kept."""
        return min(1.0, exp(-self.most))

    def found(self, alpha: float = ALPHA) -> bool:
        return self.most >= -log(alpha)


def mismatch(
    counts: Sequence[int],
    shares: Sequence[float],
    *,
    before: Mismatch | None = None,
    concentrations: Sequence[float] = CONCENTRATIONS,
) -> Mismatch:
    """Of the counts so far. `shares` as promised, in any unit (10 and 90). `before`: the look before, if there was one.

    Raises ValueError on shares that are not above 0, counts below 0, or not one count a share.
    """
    promised = _promised(shares)
    if len(counts) != len(promised) or min(counts) < 0:
        raise ValueError(f"Counts are {list(counts)}: one is needed for each of {len(promised)} arms, none below 0.")
    capital = log_mean_exp([_log_capital(counts, promised, concentration) for concentration in concentrations])
    return Mismatch(tuple(counts), promised, capital, max(capital, before.most if before else 0.0))


def watched(arms: Iterable[Arm], shares: Mapping[Arm, float]) -> Iterator[Mismatch]:
    """One look after each unit, given the arm of each in turn."""
    places = {arm: place for place, arm in enumerate(shares)}
    counts, seen = [0] * len(shares), None
    for arm in arms:
        counts[places[arm]] += 1
        seen = mismatch(counts, tuple(shares.values()), before=seen)
        yield seen


def log_mean_exp(logs: Sequence[float]) -> float:
    """log of the mean of what these are the logs of."""
    most = max(logs)
    return most + log(fsum(exp(one - most) for one in logs) / len(logs))


def _log_capital(counts: Sequence[int], promised: Sequence[float], concentration: float) -> float:
    return fsum(
        [lgamma(concentration), -lgamma(concentration + sum(counts))]
        + [
            lgamma(concentration * s + k) - lgamma(concentration * s) - k * log(s)
            for k, s in zip(counts, promised, strict=True)
        ]
    )


def _promised(shares: Sequence[float]) -> tuple[float, ...]:
    if len(shares) < 2 or not min(shares) > 0:
        raise ValueError(f"Shares are {list(shares)}: two arms at least, each with a share above 0.")
    whole = fsum(shares)
    return tuple(share / whole for share in shares)
