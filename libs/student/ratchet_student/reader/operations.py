"""The operations that a reader knows. Percent are hundreds: a change from 4 to 5 is 25."""

import math
from collections.abc import Callable, Mapping, Sequence

OPERATIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "average": lambda values: math.fsum(values) / len(values),
    "difference": lambda values: values[0] - values[1],
    "change": lambda values: (values[0] - values[1]) / values[1] * 100,
    "ratio": lambda values: values[0] / values[1],
    "percentage": lambda values: values[0] / values[1] * 100,
}
DIVIDING = frozenset({"change", "ratio", "percentage"})


def computed(operation: str, values: Sequence[float]) -> float | None:
    """None where it has no finite result."""
    if not all(map(math.isfinite, values)) or (operation in DIVIDING and values[1] == 0):
        return None
    number = OPERATIONS[operation](values)
    return number if math.isfinite(number) else None
