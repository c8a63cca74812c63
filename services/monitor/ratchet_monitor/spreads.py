"""How the numbers of answers lie, and which kinds there are of them: what drift is told from.

Kept for each version and model of an hour, and not for every kind of answer: a sketch is a hundred times a sum.
Amounts are counted in the bins of sketch.py, in the units of observations.py.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec

from ratchet_monitor.observations import MILLION, Observation
from ratchet_monitor.sketch import bin_of

CONFIDENCE_STEPS: Final = 20
K = TypeVar("K", int, str)


class Speaker(NamedTuple):
    """Whose numbers they are."""

    version_id: str
    model: str


class Spread(msgspec.Struct, omit_defaults=True):
    """Of answers that were made, not of cache hits. Two of them add up to one."""

    answered: int = 0
    cost: dict[int, int] = msgspec.field(default_factory=dict)
    output_length: dict[int, int] = msgspec.field(default_factory=dict)  # characters
    confidence: dict[int, int] = msgspec.field(default_factory=dict)  # by twentieths
    read: int = 0  # answers whose text was read (measuring.py); what follows is of these
    refused: int = 0
    input_length: dict[int, int] = msgspec.field(default_factory=dict)
    languages: dict[str, int] = msgspec.field(default_factory=dict)
    words: dict[int, int] = msgspec.field(default_factory=dict)

    def observe(self, seen: Observation) -> None:
        """An answer, with outcome ok."""
        self.answered += 1
        _count(self.cost, bin_of(seen.cost))
        if seen.output_length is not None:
            _count(self.output_length, bin_of(seen.output_length))
        if seen.confidence is not None:
            _count(self.confidence, min(seen.confidence * CONFIDENCE_STEPS // MILLION, CONFIDENCE_STEPS - 1))
        if seen.refusal is not None:
            self.read += 1
            self.refused += seen.refusal
        if seen.input_length is not None:
            _count(self.input_length, bin_of(seen.input_length))
        if seen.language:
            _count(self.languages, seen.language)
        if seen.word is not None:
            _count(self.words, seen.word)

    def add(self, other: "Spread") -> None:
        for name in SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in COUNTS:
            merge(getattr(self, name), getattr(other, name))


SUMS: Final = ("answered", "read", "refused")
COUNTS: Final = tuple(name for name in Spread.__struct_fields__ if name not in SUMS)


def middle_of_confidence(number: int) -> float:
    return (number + 0.5) / CONFIDENCE_STEPS


def _count(counts: dict[K, int], kind: K) -> None:
    counts[kind] = counts.get(kind, 0) + 1


def merge(counts: dict[K, int], others: Mapping[K, int]) -> None:
    if not counts:
        counts.update(others)
        return
    for kind, n in others.items():
        counts[kind] = counts.get(kind, 0) + n
