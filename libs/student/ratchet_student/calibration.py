"""From a classifier's scores to probabilities that can be taken at their word.

Platt's scaling for any number of labels: scores are stretched, and the labels' frequencies lean on them, by the two
numbers under which held-out labels are likeliest. A few made-up texts with the overall frequencies pull the result
towards these where little was held out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MADE_UP = 5.0
RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Calibration:
    stretch: float
    lean: float
    share: Floats  # of each label in training
    trust: float  # 0 to 1: of the scores, beside the shares

    def probabilities(self, scores: Floats) -> Floats:
        """(texts, labels) to the same shape, rows adding up to 1."""
        said = softmax(self.stretch * scores + self.lean * np.log(self.share), axis=1)
        return self.trust * said + (1 - self.trust) * self.share


def calibrate(scores: Floats, label: Ints, weights: Floats, share: Floats) -> tuple[Calibration, float]:
    """Scores of held-out texts (texts, labels). Also the log loss that is left, lower is better."""
    log_share = np.log(share)

    def loss(parameters: Floats) -> float:
        likely = log_softmax(np.exp(parameters[0]) * scores + parameters[1] * log_share, axis=1)
        of_label = np.take_along_axis(likely, label[:, None], axis=1)[:, 0]
        return float(-np.average(of_label, weights=weights) + RIDGE * (parameters**2).sum())

    found = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-6.0, 4.0), (-1.0, 2.0)])
    stretch, lean = (float(value) for value in found.x)
    calibration = Calibration(float(np.exp(stretch)), lean, share, len(label) / (len(label) + MADE_UP))
    return calibration, float(found.fun)
