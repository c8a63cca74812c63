"""What a tenant's hours add up to, by task, version and model."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import Cell, Tally
from ratchet_monitor.hours import hour_of


class Subject(NamedTuple):
    task_type: str
    version_id: str
    model: str
    cached: bool


Totals = Mapping[Subject, Tally]


class Buckets(Protocol):
    def cells(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[tuple[str, Cell]]:
        """Of all hours from `since` on, each with its task. An empty `task_type` stands for all."""


async def totals(buckets: Buckets, tenant: str, days: int, now: datetime, task_type: str = "") -> Totals:
    """Of the hours that the last `days` touch."""
    found: dict[Subject, Tally] = {}
    async for its_task, cell in buckets.cells(tenant, hour_of(now - timedelta(days=days)), task_type):
        subject = Subject(its_task, cell.kind.version_id, cell.kind.model, cell.kind.cached)
        found.setdefault(subject, Tally()).add(cell.tally)
    return found


def answers(found: Totals) -> Totals:
    """Vectors cost money, and are no answers that could be good or bad."""
    return only(found, lambda subject: subject.task_type != EMBEDDING)


def only(found: Totals, wanted: Callable[[Subject], bool]) -> Totals:
    return {subject: tally for subject, tally in found.items() if wanted(subject)}


def summed(found: Totals) -> Tally:
    total = Tally()
    for tally in found.values():
        total.add(tally)
    return total


def grouped(found: Totals, name: Callable[[Subject], str]) -> dict[str, Totals]:
    """By name, in its order."""
    groups: dict[str, dict[Subject, Tally]] = {}
    for subject, tally in found.items():
        groups.setdefault(name(subject), {})[subject] = tally
    return dict(sorted(groups.items()))
