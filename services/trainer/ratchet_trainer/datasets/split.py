"""Which examples train, which validate, which test? What belongs together never stands on two sides, and each side has
as nearly as possible the same shares of every stratum. Pure.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ratchet_trainer.datasets.grouping import Item, groups


class Side(StrEnum):
    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all examples; the rest trains."""

    test: float
    validation: float

    def of(self, side: Side) -> float:
        held_out = {Side.TEST: self.test, Side.VALIDATION: self.validation}
        return held_out.get(side, 1 - self.test - self.validation)


WHOLE: Final = ""  # the stratum of all
SHARES: Final[Mapping[str, Shares]] = {"80/10/10": Shares(0.1, 0.1), "90/10": Shares(0.1, 0.0)}


@dataclass(frozen=True, slots=True)
class Group:
    """`strata`: how many of it are in each. `place`: by hash, so that only the seed decides."""

    keys: Sequence[str]
    strata: Mapping[str, int]
    labels: frozenset[str]
    place: bytes

    def __len__(self) -> int:
        return len(self.keys)


def split(items: Sequence[Item], shares: Shares, seed: int) -> dict[str, Side]:
    """The side of each item by its key, in whatever order they come.

    What has a label that nothing outside its group has trains: nobody could have learned it otherwise. Of the others
    a side misses its share by less than the largest group. The largest groups choose first, then those of the rarest
    strata, and each goes where its strata are missing most.
    """
    gathered = _gathered(items, seed)
    spread = Counter(label for group in gathered for label in group.labels)
    alone = [group for group in gathered if any(spread[label] == 1 for label in group.labels)]
    free = [group for group in gathered if all(spread[label] > 1 for label in group.labels)]
    sides = {key: Side.TRAIN for group in alone for key in group.keys}
    placing = _Placing(free, shares)
    learned = {label for group in alone for label in group.labels}
    for group in sorted(free, key=placing.turn):
        side = placing.side_for(group, to_learn=not group.labels <= learned)
        if side is Side.TRAIN:
            learned |= group.labels
        sides |= dict.fromkeys(group.keys, side)
    return sides


def _gathered(items: Sequence[Item], seed: int) -> list[Group]:
    by_key = {item.key: item for item in items}
    found = []
    for keys in groups(items):
        members = [by_key[key] for key in keys]
        strata = Counter(stratum for member in members for stratum in member.strata)
        strata[WHOLE] = len(members)
        labels = frozenset(member.label for member in members if member.label is not None)
        found.append(Group(keys, strata, labels, hashlib.sha256(f"{seed}/{keys[0]}".encode()).digest()))
    return found


class _Placing:
    """What each side still has room for, and what it is owed of each stratum."""

    def __init__(self, all_: Iterable[Group], shares: Shares) -> None:
        self._shares = {side: shares.of(side) for side in Side}
        self._total: Counter[str] = Counter()
        size = 0
        for group in all_:
            self._total.update(group.strata)
            size += len(group)
        self._room = {side: round(self._shares[side] * size) for side in (Side.TEST, Side.VALIDATION)}
        self._room[Side.TRAIN] = size - sum(self._room.values())
        self._owed: dict[Side, dict[str, float]] = {side: dict.fromkeys(self._total, 0.0) for side in Side}

    def turn(self, group: Group) -> tuple[int, int, bytes]:
        return -len(group), min(self._total[stratum] for stratum in group.strata), group.place

    def side_for(self, group: Group, *, to_learn: bool) -> Side:
        """And counts it there."""
        for side, share in self._shares.items():
            for stratum, count in group.strata.items():
                self._owed[side][stratum] += share * count
        open_ = self._open_to(len(group))
        side = Side.TRAIN if to_learn and Side.TRAIN in open_ else max(open_, key=lambda one: self._missed(one, group))
        self._room[side] -= len(group)
        for stratum, count in group.strata.items():
            self._owed[side][stratum] -= count
        return side

    def _open_to(self, size: int) -> list[Side]:
        """Where it fits; else where it overshoots by half of itself at most; else where it overshoots least."""
        for needed in (size, size / 2):
            if fitting := [side for side in Side if self._room[side] >= needed]:
                return fitting
        return [max(Side, key=lambda side: self._room[side])]

    def _missed(self, side: Side, group: Group) -> float:
        """By how much less the sides are off, in squares beside what is expected, if it comes here."""
        owed = self._owed[side]
        return sum(owed[stratum] * count / self._total[stratum] for stratum, count in group.strata.items())
