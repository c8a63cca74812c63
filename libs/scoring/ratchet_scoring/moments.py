"""What has to be kept of units to know means, variances and how numbers go together: a few sums, whatever was seen.

Two blocks (hours, replicas) add up to the whole without a look at the units. (Chan, Golub and LeVeque, Algorithms for
computing the sample variance, 1983: no difference of large sums, so nothing is lost for numbers far from 0.)
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Of one or several numbers a unit. All plain numbers: it can be stored as it is."""

    n: int
    means: tuple[float, ...]
    products: tuple[tuple[float, ...], ...]  # sums of the products of deviations from the means, symmetric

    def __add__(self, other: "Moments") -> "Moments":
        """Raises ValueError where the two are not of the same numbers."""
        if len(self.means) != len(other.means):
            raise ValueError(f"Moments of {len(self.means)} numbers a unit and of {len(other.means)} do not add up.")
        n = self.n + other.n
        if not n:
            return self
        apart = np.subtract(other.means, self.means)
        products = np.add(self.products, other.products) + np.outer(apart, apart) * (self.n * other.n / n)
        return _moments(n, np.asarray(self.means) + apart * (other.n / n), products)

    @property
    def covariance(self) -> Floats:
        """Of single units, (numbers, numbers), by n - 1; of fewer than two nothing is known: NaN."""
        products = np.array(self.products, float)
        return products / (self.n - 1) if self.n > 1 else np.full_like(products, np.nan)


def nothing(numbers: int = 1) -> Moments:
    return Moments(0, (0.0,) * numbers, ((0.0,) * numbers,) * numbers)


def moments(units: ArrayLike) -> Moments:
    """Shape (units,) for one number each, (units, numbers) for several. Raises ValueError on what is not finite."""
    values = np.asarray(units, float)
    values = values[:, None] if values.ndim == 1 else values
    if not np.isfinite(values).all():
        raise ValueError("A unit's number is not finite: leave such units out, and say how many they were.")
    if not len(values):
        return nothing(values.shape[1])
    means = values.mean(axis=0)
    apart = values - means
    return _moments(len(values), means, apart.T @ apart)


def total(blocks: Iterable[Moments], *, numbers: int = 1) -> Moments:
    return sum(blocks, nothing(numbers))


def _moments(n: int, means: Floats, products: Floats) -> Moments:
    return Moments(n, tuple(means.tolist()), tuple(tuple(row) for row in products.tolist()))
