"""The curve that a sum of noise hardly ever crosses, at whatever time one looks: Robbins' two-sided normal mixture.

A sum whose variance has grown to v stays within ± u(v) for all v at once with a chance of 1 - alpha at least, where

    u(v) = sqrt((v + rho) log((v + rho) / (alpha² rho))).

A gambler stands behind it who bets on drifts drawn from a normal distribution of variance 1 / rho: the curve is where
this one has grown 1/alpha-fold (Ville). It is nearest to 0, as a multiple of sqrt(v), about where rho was chosen for.
(Robbins, Statistical methods related to the law of the iterated logarithm, 1970; Howard, Ramdas, McAuliffe and Sekhon,
Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics 2021, their (14) and (24).)

Published: with rho for v = 100 and alpha .05, 12.60056, the curve at 100 is 30.35209.
"""

from math import log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POWER = 0.80


def boundary(variance: Floats | float, *, rho: float, alpha: float) -> Floats:
    """u at each v, in the unit of the sum."""
    grown = np.asarray(variance, float) + rho
    return np.asarray(np.sqrt(grown * (np.log(grown / rho) - 2 * log(alpha))), float)


def rho_for(variance: float, *, alpha: float) -> float:
    """That which makes the curve narrow at this variance; within .1 % of the best that there is."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}: the chance of an error lies between 0 and 1.")
    if not 0 < variance < np.inf:
        raise ValueError(f"The variance for which the curve is to be narrow is {variance}: it lies above 0.")
    folds = -2 * log(alpha)
    return variance / (folds + log(1 + folds))


def information_needed(effect: float, *, alpha: float = 0.05, power: float = POWER) -> float:
    """1 / variance of an estimate at which a test made for one look, two-sided, sees this effect with this power."""
    if not (0 < abs(effect) < np.inf):
        raise ValueError(f"The minimum effect is {effect}: an experiment looks for one that is not 0.")
    normal = NormalDist()
    return ((normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) / effect) ** 2
