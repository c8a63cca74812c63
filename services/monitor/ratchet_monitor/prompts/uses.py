"""The answers of each template, by where it was used: two templates are compared where both were. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from ratchet_monitor.blocks import Design, design
from ratchet_monitor.buckets import SUMS, Tally
from ratchet_monitor.counted import BY_BLOCK, PREDICTIONS, Counted, Sums, sums_of
from ratchet_monitor.hearing import Heard, heard_in
from ratchet_monitor.kinds import BINS, OF_STRATUM, Floats, Integers, bins_of
from ratchet_monitor.known import Known, known, share
from ratchet_monitor.observations import MILLION
from ratchet_monitor.prompts.places import Place

T = TypeVar("T")


class Part(NamedTuple):
    """Rows of what was counted, by where they were used."""

    counted: Counted
    places: Mapping[Place, Integers]


class Spoken(NamedTuple):
    """Strata of kinds of answers, those of one place after the other, and what was said in them by block."""

    places: tuple[Place, ...]
    starts: Integers  # where each place begins
    strata: Floats
    said: Floats


class Uses:
    """Of one template, or of several together. It stands where it was counted, and is added up when it is asked for."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self.parts: Final = tuple(parts)
        self._told: dict[Callable[[Uses], Any], Any] = {}

    def once(self, of: Callable[["Uses"], T]) -> T:
        """What is told of it, by the same rule only once."""
        if of not in self._told:
            self._told[of] = of(self)
        found: T = self._told[of]
        return found

    @cached_property
    def made(self) -> Tally:
        """Without strata, and what confidence was worth."""
        sums, latencies = np.zeros(len(SUMS)), np.zeros(BINS, np.int64)
        for counted, rows in self._made:
            sums = sums + counted.sums[rows].sum(axis=0)
            latencies += counted.latencies_of(rows)
        numbers = dict(zip(SUMS, map(int, sums.tolist()), strict=True))
        return Tally(**numbers, latencies=bins_of(latencies))  # type: ignore[arg-type]  # by their names

    @cached_property
    def cached(self) -> int:
        return int(sum(counted.sums[rows, PREDICTIONS].sum() for counted, rows in self._repeated))

    @property
    def total(self) -> int:
        return self.answers + self.cached

    @cached_property
    def answers(self) -> int:
        """That were made."""
        return int(sum(counted.sums[rows, PREDICTIONS].sum() for counted, rows in self._made))

    @property
    def places(self) -> set[Place]:
        return {place for part in self.parts for place in part.places}

    @cached_property
    def by_place(self) -> Mapping[Place, Floats]:
        """BY_BLOCK of the answers that were made in each place, by block."""
        found: dict[Place, Floats] = {}
        for part in self.parts:
            for place, rows in part.places.items():
                its = part.counted.by_block[rows[part.counted.made[rows]]].sum(axis=0)
                found[place] = _plus(found[place], its) if place in found else its
        return found

    @property
    def spoken(self) -> Spoken | None:
        """Of a time that was counted once; None where no answers were made."""
        if not self.parts:
            return None
        (part,) = self.parts
        each = {place: rows[part.counted.made[rows]] for place, rows in part.places.items()}
        there = {place: rows for place, rows in each.items() if rows.size}
        if not there:
            return None
        rows, sizes = np.concatenate(list(there.values())), [its.size for its in there.values()]
        return Spoken(tuple(there), np.cumsum([0, *sizes[:-1]]), part.counted.strata[rows], part.counted.said[rows])

    @cached_property
    def heard(self) -> Heard:
        return heard_in(_joined([counted.strata[rows].reshape(-1, OF_STRATUM) for counted, rows in self._made]))

    @cached_property
    def design(self) -> Design:
        """Of its scores by block: those of one day may hang together."""
        found = known(self.heard.raw)
        scores = {number: (int(n), score / MILLION) for number, (n, score) in enumerate(self.blocks("scored", "score"))}
        return design(scores, found.mean * (1 - found.mean) / found.worth if found else 0.0)

    @cached_property
    def quality(self) -> Known | None:
        """Weighted by who speaks."""
        found = known(self.heard.weighted)
        return found.with_design(self.design) if found else None

    @cached_property
    def quality_raw(self) -> Known | None:
        """Every score counts once."""
        found = known(self.heard.raw)
        return found.with_design(self.design) if found else None

    @property
    def success(self) -> Known | None:
        """Answers that came and passed their checks, of those that came or failed: who hung up says neither."""
        told = self.blocks("answered", "misshapen", "failed")
        return self._share([(answered - misshapen, answered + failed) for answered, misshapen, failed in told])

    @property
    def failures(self) -> Known | None:
        return self._share([(failed, answered + failed) for answered, failed in self.blocks("answered", "failed")])

    @property
    def first(self) -> datetime | None:
        """The hour, or the day, of its first answer."""
        return min((when[0] for when in self._when), default=None)

    @property
    def last(self) -> datetime | None:
        return max((when[1] for when in self._when), default=None)

    def summed(self) -> dict[int, Sums]:
        """By block, of all places, where there is anything."""
        there, whole, cached = self._summed
        each = zip(there, whole.tolist(), cached.tolist(), strict=True)
        return {number: sums_of(numbers, cached) for number, numbers, cached in each}

    def blocks(self, *names: str) -> list[list[float]]:
        """These numbers, of BY_BLOCK, of each block in which there is anything."""
        whole = self._summed[1]
        found: list[list[float]] = whole[:, [BY_BLOCK.index(name) for name in names]].tolist()
        return found

    @cached_property
    def _summed(self) -> tuple[list[int], Floats, Floats]:
        """Blocks, BY_BLOCK of each, and how many answers were repeated in each."""
        whole, cached = np.zeros((0, len(BY_BLOCK))), np.zeros(0)
        for counted, rows in self._made:
            whole = _plus(whole, counted.by_block[rows].sum(axis=0))
        for counted, rows in self._repeated:
            cached = _plus(cached, counted.by_block[rows, :, BY_BLOCK.index("predictions")].sum(axis=0))
        (there,) = np.nonzero(whole.any(axis=1) | (cached > 0))
        return there.tolist(), whole[there], cached[there]

    @cached_property
    def _when(self) -> list[tuple[datetime, datetime]]:
        return [part.counted.when(rows) for part, rows in self._rows if rows.size]

    @cached_property
    def _made(self) -> list[tuple[Counted, Integers]]:
        return [(part.counted, rows[part.counted.made[rows]]) for part, rows in self._rows]

    @cached_property
    def _repeated(self) -> list[tuple[Counted, Integers]]:
        return [(part.counted, rows[~part.counted.made[rows]]) for part, rows in self._rows]

    @cached_property
    def _rows(self) -> list[tuple[Part, Integers]]:
        return [(part, _all(part)) for part in self.parts]

    def _share(self, each: Sequence[tuple[float, float]]) -> Known | None:
        """Of (yes, of how many) by block."""
        yes, n = (int(sum(side)) for side in zip(*each, strict=True)) if each else (0, 0)
        found = share(yes, n)
        if found is None:
            return None
        blocks = {number: (int(n), yes) for number, (yes, n) in enumerate(each)}
        return found.with_design(design(blocks, found.mean * (1 - found.mean) / found.worth))


def _all(part: Part) -> Integers:
    return np.concatenate([np.zeros(0, np.int64), *part.places.values()])


def _plus(one: Floats, other: Floats) -> Floats:
    """Of two that have unlike many blocks too."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    both = longer.copy()
    both[: len(shorter)] += shorter
    return both


def _joined(several: list[Floats]) -> Floats:
    return np.concatenate([np.zeros((0, OF_STRATUM)), *several])
