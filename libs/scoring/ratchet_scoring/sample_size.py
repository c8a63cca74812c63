"""How many units a test takes that is looked at once, at a number fixed beforehand: the measure for those watched."""

from math import ceil, sqrt
from statistics import NormalDist

from ratchet_scoring.normal_mixture import POWER


def units_for_rates(
    control: float, treated: float, *, share: float = 0.5, alpha: float = 0.05, power: float = POWER
) -> int:
    """Of the treated arm, which has this share of all, to tell two rates apart, two-sided.

    The textbook's formula: the standard error with the rates pooled where there is no difference, and each its own
    where there is one; no correction for continuity. (Fleiss, Levin and Paik, Statistical Methods for Rates and
    Proportions, 3rd ed. 2003, 4.14 and 4.19.)
    """
    if control == treated:
        raise ValueError(f"Both rates are {control}: no number of units tells them apart.")
    if not 0 < share < 1:
        raise ValueError(f"The treated arm's share is {share}: it lies between 0 and 1.")
    normal, others = NormalDist(), (1 - share) / share
    pooled = share * treated + (1 - share) * control
    alike = sqrt((1 + 1 / others) * pooled * (1 - pooled))
    apart = sqrt(treated * (1 - treated) + control * (1 - control) / others)
    reach = normal.inv_cdf(1 - alpha / 2) * alike + normal.inv_cdf(power) * apart
    return ceil((reach / (treated - control)) ** 2)
