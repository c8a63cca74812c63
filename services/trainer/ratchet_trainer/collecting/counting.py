"""How much was learned and refused, as it is counted in the store."""

from dataclasses import dataclass

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Count:
    task_type: str
    what: str  # the source of a target, or the reason of a refusal
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    examples: list[Count]
    refusals: list[Count]
    archived: int  # examples that no new dataset takes, since they are old
    outdated: int  # or since a document that they rest on has another content now
    months: dict[str, int]  # of examples, by when they were learned: "2026-11"
    qualities: tuple[int, ...]  # examples by quality, a tenth each; the last one holds 1.0 too
    pii: dict[str, int]  # distinct private values that were scrubbed, by kind
