"""What belongs together, over however many others? Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """`bonds`: whatever two items have in common keeps them together, such as a document or a session.

    `strata`: what it counts for where sides shall be alike. `label`: the one of these that must be learned before it
    can be judged.
    """

    key: str
    bonds: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    label: str | None = None


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
