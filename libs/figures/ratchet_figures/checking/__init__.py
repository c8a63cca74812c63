"""Is each figure of a text computed, or quoted from its sources? No pandas: whoever serves may import it."""

from ratchet_figures.checking.check import CannotCheckError, Checked, Finding, checked
from ratchet_figures.checking.passages import Passage

__all__ = ["CannotCheckError", "Checked", "Finding", "Passage", "checked"]
