"""Facts by the hour of a task that each belongs to. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from ratchet_monitor.hours import BucketKey
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score

F = TypeVar("F", Observation, Hit, Score)
Filed = Mapping[BucketKey, Sequence[F]]


def filed(facts: Iterable[F]) -> dict[BucketKey, list[F]]:
    found: dict[BucketKey, list[F]] = {}
    for fact in facts:
        found.setdefault(fact.bucket, []).append(fact)
    return found
