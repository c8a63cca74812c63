"""How well do scores say which requests need the strong model? The measures of RouteLLM (Ong et al. 2024).

Requests go to the strong model in the order of their scores, highest first. PGR at a share: which part of the way from
the weak model's mean to the strong model's the answers have come. APGR: the area under it over all shares. CPT(x): the
least share at which PGR reaches x.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """At each share of requests that the strong model answers, 0 and 1 among them, the performance gap recovered."""

    share: Floats
    recovered: Floats

    @property
    def area(self) -> float:
        """APGR: .5 at random, above 1 where being right about the strong model's failures pays."""
        return float(np.trapezoid(self.recovered, self.share))

    def at(self, share: float) -> float:
        return float(np.interp(share, self.share, self.recovered))

    def least_share(self, recovered: float) -> float:
        """CPT(recovered)."""
        first = int(np.argmax(self.recovered >= recovered))
        if not first:
            return 0.0
        low, high = self.recovered[first - 1], self.recovered[first]
        part = (recovered - low) / (high - low)
        return float(self.share[first - 1] + part * (self.share[first] - self.share[first - 1]))


def gap_recovered(need: Floats, gain: Floats, weight: Floats | None = None) -> Curve:
    """`need`: how much a request seems to need the strong model; equal ones come in one step, as if in random order.
    `gain`: the strong model's score minus the weak one's. Raises ValueError where the strong model is no better."""
    weight = np.ones(len(need)) if weight is None else weight
    if (gain * weight).sum() <= 0:
        raise ValueError("The strong model is no better than the weak one: there is no gap to recover.")
    _, step = np.unique(-need, return_inverse=True)
    size = np.cumsum(np.bincount(step, weight))
    won = np.cumsum(np.bincount(step, gain * weight))
    return Curve(np.append(0, size / size[-1]), np.append(0, won / won[-1]))


def intervals(
    need: Floats, gain: Floats, of: Sequence[Callable[[Curve], float]], *, resamples: int = 1000, seed: int = 42
) -> list[tuple[float, float]]:
    """95 % of each measure, by bootstrap over requests. Resamples where the strong model is no better do not count."""
    random, found = np.random.default_rng(seed), []
    for _ in range(resamples):
        weight = np.bincount(random.integers(len(need), size=len(need)), minlength=len(need)).astype(float)
        if (gain * weight).sum() > 0:
            curve = gap_recovered(need, gain, weight)
            found.append([measure(curve) for measure in of])
    return [(float(low), float(high)) for low, high in np.quantile(found, [0.025, 0.975], axis=0).T]
