"""What a time holds: sums by task and kind of answers, and a few of them by block of time, for how much they vary."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import OTHERS, Kind, Period, Tally
from ratchet_monitor.spreads import merge
from ratchet_monitor.totals import Buckets

MOST_KINDS: Final = 2_000  # of answers that are told apart; what comes beyond is counted as one
G = TypeVar("G")
Heard = tuple[Kind, int]  # a stratum of hearing.py, and the kind of the answers in it


class Sums(msgspec.Struct):
    """Of answers that were made, but for `cached`, in the units of observations.py."""

    predictions: int = 0
    cached: int = 0
    answered: int = 0
    failed: int = 0
    misshapen: int = 0
    cost: int = 0
    latency: int = 0
    scored: int = 0
    score: int = 0
    said: dict[Heard, tuple[int, int]] = msgspec.field(default_factory=dict)  # by stratum: scored ones, their scores

    def add(self, kind: Kind, tally: Tally) -> None:
        self.predictions += tally.predictions
        self.answered += tally.answered
        self.failed += tally.failed
        self.misshapen += tally.misshapen
        self.cost += tally.cost
        self.latency += tally.latency
        self.scored += tally.scored
        self.score += tally.score
        for stratum, (_, scored, score, _) in tally.strata.items():
            if scored:
                self._hear((kind, stratum), scored, score)

    def include(self, other: "Sums") -> None:
        self.predictions += other.predictions
        self.cached += other.cached
        self.answered += other.answered
        self.failed += other.failed
        self.misshapen += other.misshapen
        self.cost += other.cost
        self.latency += other.latency
        self.scored += other.scored
        self.score += other.score
        for whose, (scored, score) in other.said.items():
            self._hear(whose, scored, score)

    def _hear(self, whose: Heard, scored: int, score: int) -> None:
        n, total = self.said.get(whose, (0, 0))
        self.said[whose] = (n + scored, total + score)


class Counted(Generic[G]):
    """Takes periods in any order. `group`: by what of an answer's task and kind the blocks are told apart."""

    def __init__(
        self,
        blocks: Blocks,
        group: Callable[[str, Kind], G],
        wanted: Callable[[str, Kind], bool] = lambda task, kind: True,  # noqa: ARG005
    ) -> None:
        self.blocks, self._group, self._wanted = blocks, group, wanted
        self.kinds: dict[tuple[str, Kind], Tally] = {}
        self.by_block: dict[G, dict[int, Sums]] = {}
        self.latencies: dict[int, dict[int, int]] = {}  # of all groups, by block
        self.first: dict[G, datetime] = {}  # hour, or day, of a group's first answer
        self.last: dict[G, datetime] = {}

    def include(self, period: Period) -> None:
        for cell in period.contents.cells:
            if self._wanted(period.task_type, cell.kind):
                self._add(period.task_type, cell.kind, cell.tally, period.start)

    def _add(self, task: str, kind: Kind, tally: Tally, at: datetime) -> None:
        place = (task, kind)
        if place not in self.kinds and len(self.kinds) >= MOST_KINDS:
            place = (task, Kind(*(OTHERS,) * 6, cached=kind.cached))
        self.kinds.setdefault(place, Tally()).add(tally)
        group = self._group(*place)
        self.first[group] = min(at, self.first.get(group, at))
        self.last[group] = max(at, self.last.get(group, at))
        sums = self.by_block.setdefault(group, {}).setdefault(self.blocks.number(at), Sums())
        if kind.cached:
            sums.cached += tally.predictions
            return
        sums.add(place[1], tally)
        merge(self.latencies.setdefault(self.blocks.number(at), {}), tally.latencies)


async def count(
    counted: Counted[G], buckets: Buckets, tenant: str, task_type: str = "", *, by_hour: bool = False
) -> None:
    """All answers of the blocks' time; vectors are none, and are left out."""
    blocks = counted.blocks
    cuts = [blocks.start(number) for number in range(blocks.blocks)] if by_hour else ()
    async for period in buckets.periods(tenant, blocks.since, task_type, cuts, until=blocks.until):
        if period.task_type != EMBEDDING:
            counted.include(period)
            await asyncio.sleep(0)  # probes and consumers have their turn
