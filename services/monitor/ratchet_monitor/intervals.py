"""How far a mean may lie from what was seen of it."""

from math import sqrt


def wilson(share: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a mean between 0 and 1 (Wilson 1927); wider than need be where scores are no mere 0 and 1."""
    weight = z * z / n
    middle = (share + weight / 2) / (1 + weight)
    reach = z / (1 + weight) * sqrt(share * (1 - share) / n + weight / (4 * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)
