"""Which examples train, which validate, which test: what belongs together never stands on two sides. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all examples; the rest trains."""

    test: float
    validation: float


SHARES: Mapping[str, Shares] = {"80/10/10": Shares(0.1, 0.1), "90/10": Shares(0.1, 0.0)}


@dataclass(frozen=True, slots=True)
class Item:
    """`bonds`: whatever two items have in common keeps them together, such as a document or a session."""

    key: str
    bonds: tuple[str, ...] = ()


def split(items: Sequence[Item], shares: Shares, seed: int) -> dict[str, Side]:
    """The side of each item by its key.

    Groups come in the order of their hash and fill test, then validation; one that would overshoot by more than it
    helps is passed on. So a side misses its share by less than the largest group, in whatever order `items` come.
    """
    room = {Side.TEST: round(shares.test * len(items)), Side.VALIDATION: round(shares.validation * len(items))}
    sides: dict[str, Side] = {}
    for group in sorted(groups(items), key=lambda group: _place(group, seed)):
        side = next((side for side, left in room.items() if len(group) <= 2 * left), Side.TRAIN)
        if side in room:
            room[side] -= len(group)
        sides |= dict.fromkeys(group, side)
    return sides


def groups(items: Sequence[Item]) -> list[list[str]]:
    """The keys of items that are connected, over however many others; each group sorted."""
    together = Together()
    for item in items:
        together.add(item.key)
        for bond in item.bonds:
            together.join(item.key, f"\0{bond}")  # no key: bonds are nodes of their own
    members: dict[str, list[str]] = defaultdict(list)
    for item in items:
        members[together.root(item.key)].append(item.key)
    return [sorted(group) for group in members.values()]


class Together:
    """Disjoint sets: what was joined, over however many others, has one root."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def add(self, name: str) -> None:
        self._above.setdefault(name, name)

    def root(self, name: str) -> str:
        above = self._above
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    def join(self, one: str, other: str) -> None:
        self.add(one)
        self.add(other)
        self._above[self.root(one)] = self.root(other)


def _place(group: Sequence[str], seed: int) -> bytes:
    return hashlib.sha256(f"{seed}/{group[0]}".encode()).digest()
