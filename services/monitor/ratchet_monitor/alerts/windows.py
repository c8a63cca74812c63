"""Sums of what happened in the last minutes or days, by slice: what rules are evaluated on. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import SLOT_MINUTES, Cell, Tally
from ratchet_monitor.hours import hour_of


class Slice(NamedTuple):
    task: str
    model: str
    version: str
    template: str
    document_type: str
    cached: bool


Sums = Mapping[Slice, Tally]
OfWindow = Callable[[int], Sums]  # minutes, one of those that were prepared


def slice_of(task: str, cell: Cell) -> Slice:
    kind = cell.kind
    return Slice(task, kind.model, kind.version_id, kind.template, kind.document_type, kind.cached)


def slots_since(now: datetime, minutes: int) -> datetime:
    """The beginning of a window of slots: so many minutes and what has passed of the slot that is under way."""
    start = now.replace(minute=now.minute - now.minute % SLOT_MINUTES, second=0, microsecond=0)
    return start - timedelta(minutes=minutes)


def hours_since(now: datetime, minutes: int) -> datetime:
    return hour_of(now) - timedelta(minutes=minutes)


class Summing:
    """Adds up cells as they are read, into every window that they lie in."""

    def __init__(self, starts: Mapping[int, datetime]) -> None:
        """`starts`: by the minutes of each window."""
        self._starts = starts
        self.found: dict[int, dict[Slice, Tally]] = {minutes: {} for minutes in starts}

    @property
    def since(self) -> datetime:
        return min(self._starts.values())

    def add(self, at: datetime, task: str, cell: Cell) -> None:
        if task == EMBEDDING:
            return
        its = slice_of(task, cell)
        for minutes, start in self._starts.items():
            if at >= start:
                self.found[minutes].setdefault(its, Tally()).add(cell.tally)


def groups(sums: Sums, where: Mapping[str, str], by: Sequence[str]) -> dict[tuple[str, ...], Sums]:
    """The slices that `where` names, by the values of `by`; largest first."""
    found: dict[tuple[str, ...], dict[Slice, Tally]] = {}
    for its, tally in sums.items():
        if all(getattr(its, name) == value for name, value in where.items()):
            found.setdefault(tuple(getattr(its, name) for name in by), {})[its] = tally
    return dict(sorted(found.items(), key=lambda one: (-_size(one[1].values()), one[0])))


def made(sums: Sums) -> Tally:
    """Together, without what came out of the cache."""
    return _together(tally for its, tally in sums.items() if not its.cached)


def hits(sums: Sums) -> Tally:
    return _together(tally for its, tally in sums.items() if its.cached)


def _together(tallies: Iterator[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


def _size(tallies: Iterable[Tally]) -> int:
    return sum(tally.predictions for tally in tallies)
