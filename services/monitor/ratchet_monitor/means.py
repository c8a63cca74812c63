"""What is told of a mean between 0 and 1."""

from dataclasses import dataclass

from ratchet_monitor.known import Known


@dataclass(frozen=True, slots=True)
class Mean:
    """With its 95 % interval. `n`: scores. `effective_n`: yes/no answers of equal weight that would know it as well."""

    value: float
    interval: tuple[float, float]
    n: int
    effective_n: float


def mean_of(found: Known | None) -> Mean | None:
    if found is None:
        return None
    low, high = found.interval()
    return Mean(round(found.mean, 6), (round(low, 6), round(high, 6)), found.n, round(found.worth, 1))
