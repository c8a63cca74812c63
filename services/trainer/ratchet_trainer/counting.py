"""How much was learned and refused, as it is counted in the store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    task_type: str
    what: str  # the source of a target, or the reason of a refusal
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    examples: list[Count]
    refusals: list[Count]
    pii: dict[str, int]  # distinct private values that were scrubbed, by kind
