"""How good will each model's answer to a request be, by its text? Learned from what was asked and how it went.

Reading and estimating need NumPy alone; `ratchet_estimate.fitting` loads scikit-learn, so only worker processes
import it.
"""

from ratchet_estimate.estimate import Estimate
from ratchet_estimate.reading import Reading, read
from ratchet_estimate.storage import EstimateFileError, load, save

__all__ = ["Estimate", "EstimateFileError", "Reading", "load", "read", "save"]
