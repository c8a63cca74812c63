"""Figures that reports are made of, computed and shown: each with unit, period, formula, inputs and their sources.

pandas and empyrical take two seconds to load, so only worker processes import `of_prices`.
"""

from ratchet_figures.figure import CannotComputeError, Computed, Figure, Input, Period, Refusal, Source

__all__ = ["CannotComputeError", "Computed", "Figure", "Input", "Period", "Refusal", "Source"]
