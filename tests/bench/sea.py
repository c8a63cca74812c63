"""SEA concepts (Street and Kim, KDD 2001), made here, and a classifier that learns them as they come.

Three features, uniform over 0 to 10, of which the third says nothing. A point is of class 1 where the first two add up
to the threshold at most; every tenth label is turned round by chance. The threshold changes three times.

The classifier is Gaussian naive Bayes, learned online: it predicts a point, then learns it (prequential), forgets
nothing by itself, and starts anew when its detector says that the error has risen. This is the setting of most papers
on drift detection. Many run side by side, one for each stream and detector.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POINTS: Final = 60_000
CHANGES: Final = (12_500, 25_000, 37_500)
THRESHOLDS: Final = (8.0, 9.0, 7.0, 9.5)
NOISE: Final = 0.1
FEATURES: Final = 3
TINY: Final = 1e-9


def sea(seed: int) -> tuple[Floats, Ints]:
    """Features (points, 3) and classes (points,)."""
    random = np.random.default_rng(seed)
    features = random.uniform(0, 10, (POINTS, FEATURES))
    threshold = np.array(THRESHOLDS)[np.searchsorted(CHANGES, np.arange(POINTS), side="right")]
    turned = random.random(POINTS) < NOISE
    return features, ((features[:, 0] + features[:, 1] <= threshold) ^ turned).astype(int)


class NaiveBayes:
    """Shapes: (runs, classes[, features])."""

    def __init__(self, runs: int) -> None:
        self._n = np.zeros((runs, 2))
        self._mean, self._spread = np.zeros((2, runs, 2, FEATURES))
        self._all = np.arange(runs)

    def predict(self, points: Floats) -> Ints:
        """Of one point a run: (runs, features) to (runs,). Until both classes have been seen twice, the commoner."""
        n = np.maximum(self._n, 1)[..., None]
        variance = self._spread / n + TINY
        fit = (np.log(variance) + (points[:, None, :] - self._mean) ** 2 / variance).sum(axis=-1)
        score = np.where(self._n.min(axis=1, keepdims=True) < 2, self._n, np.log(n[..., 0]) - fit / 2)
        likelier: Ints = score.argmax(axis=1)
        return likelier

    def learn(self, points: Floats, classes: Ints) -> None:
        own = self._all, classes
        self._n[own] += 1
        off = points - self._mean[own]
        self._mean[own] += off / self._n[own][:, None]
        self._spread[own] += off * (points - self._mean[own])

    def forget(self, run: int) -> None:
        self._n[run], self._mean[run], self._spread[run] = 0, 0, 0
