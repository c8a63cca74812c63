from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, as it stands in the bench's table and in build/bench.json."""

    name: str
    value: float
    unit: str
    goal: str  # in words: "≤ .05"; empty where nothing was promised
    met: bool | None  # None: nothing was promised
    baseline: str | None = None  # what another way gives, in words
