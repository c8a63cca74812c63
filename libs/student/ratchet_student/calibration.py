"""From a classifier's scores to probabilities that can be taken at their word.

Platt's scaling for any number of labels: the scores are stretched by one number and shifted by one a label, those
under which held-out labels are likeliest. A few made-up texts with the overall frequencies pull the result towards
these where little was held out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MADE_UP = 5.0  # texts
RIDGE = 2.0  # of the shifts and of the stretch's logarithm, beside the sum of the losses


@dataclass(frozen=True, slots=True)
class Calibration:
    stretch: float
    shift: Floats  # of each label
    share: Floats  # of each label in training
    trust: float  # 0 to 1: of the scores, beside the shares

    def probabilities(self, scores: Floats) -> Floats:
        """(texts, labels) to the same shape, rows adding up to 1."""
        said: Floats = softmax(self.stretch * scores + self.shift, axis=1)
        return self.trust * said + (1 - self.trust) * self.share


def calibrate(scores: Floats, label: Ints, weights: Floats, share: Floats) -> tuple[Calibration, float]:
    """Scores of held-out texts (texts, labels). Also the log loss that is left, lower is better."""
    n, labels = scores.shape
    truth, weight = np.eye(labels)[label], weights / max(weights.mean() if n else 1, 1e-12)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        stretch, shift = np.exp(parameters[0]), parameters[1:]
        likely = log_softmax(stretch * scores + shift, axis=1)
        off = weight[:, None] * (np.exp(likely) - truth)
        gradient = np.append((off * scores).sum() * stretch, off.sum(axis=0)) + RIDGE * parameters
        return float(-(weight[:, None] * likely * truth).sum() + RIDGE / 2 * (parameters**2).sum()), gradient

    found = minimize(loss, np.zeros(labels + 1), jac=True, method="L-BFGS-B", bounds=[(-6, 5)] + [(-20, 20)] * labels)
    trust = (n + 1) / (n + 1 + MADE_UP)
    return Calibration(float(np.exp(found.x[0])), found.x[1:], share, trust), float(found.fun)
