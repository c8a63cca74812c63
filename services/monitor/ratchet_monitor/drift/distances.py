"""How far two distributions lie apart, whatever the number of observations. Counts of the same categories in order."""

from collections.abc import Sequence
from math import log

HALF = 0.5  # counted everywhere in addition (Jeffreys): what was never seen is rare, and not impossible


def psi(reference: Sequence[float], current: Sequence[float]) -> float:
    """Population stability index, or Jeffreys' divergence. By custom .1 is worth a look and .25 a great change.

    Two samples of the same lie (categories - 1) · (1/n + 1/m) apart on average, so it is no test by itself.
    """
    was, is_now = _shares(reference), _shares(current)
    return sum((q - p) * log(q / p) for p, q in zip(was, is_now, strict=True))


def jensen_shannon(reference: Sequence[float], current: Sequence[float]) -> float:
    """Divergence in bits, 0 to 1; nothing is added to the counts."""
    was, is_now = ([x / sum(counts) for x in counts] for counts in (reference, current))
    middle = [(p + q) / 2 for p, q in zip(was, is_now, strict=True)]
    return (_bits(was, middle) + _bits(is_now, middle)) / 2


def _bits(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(p * log(p / q, 2) for p, q in zip(one, other, strict=True) if p > 0)


def _shares(counts: Sequence[float]) -> list[float]:
    whole = sum(counts) + HALF * len(counts)
    return [(count + HALF) / whole for count in counts]
