"""Not too much of one type of document: what is left out of the commonest ones? Pure."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from ratchet_trainer.collecting.head import Head


@dataclass(frozen=True, slots=True)
class Balance:
    """`cap`: a type of document has at most `most` times the median of all types. `share`: at most that part of all."""

    kind: Literal["cap", "share"]
    most: float


def balanced(members: Sequence[Head], balance: Balance | None, seed: int) -> list[Head]:
    """In their order. What nobody confirmed goes first, then whatever the hash says: no order of `members` matters."""
    most = most_of_a_type(Counter(head.kind_of_document for head in members), balance)
    if most is None:
        return list(members)
    by_type: dict[str, list[Head]] = defaultdict(list)
    for head in members:
        by_type[head.kind_of_document].append(head)
    kept = {head.example_id for heads in by_type.values() for head in _first(heads, most, seed)}
    return [head for head in members if head.example_id in kept]


def most_of_a_type(counts: Mapping[str, int], balance: Balance | None) -> int | None:
    """How many examples one type of document may have; None: as many as there are."""
    if balance is None or not counts:
        return None
    if balance.kind == "cap":
        return max(int(balance.most * median(counts.values())), 1)
    return _within_share(counts.values(), balance.most)


def can_be_even(counts: Mapping[str, int], balance: Balance) -> bool:
    """Two types cannot both have less than half: then they are made as even as the rarest one allows."""
    return balance.kind != "share" or balance.most * len(counts) >= 1


def _within_share(counts: Collection[int], share: float) -> int:
    """The largest number that is within its share of what is left, when no type has more than it."""
    low, high = min(counts), max(counts)
    while low < high:
        middle = (low + high + 1) // 2
        if middle <= share * sum(min(count, middle) for count in counts):
            low = middle
        else:
            high = middle - 1
    return low


def _first(heads: Sequence[Head], most: int, seed: int) -> list[Head]:
    if len(heads) <= most:
        return list(heads)
    return sorted(heads, key=lambda head: (not head.confirmed, _place(head, seed)))[:most]


def _place(head: Head, seed: int) -> bytes:
    return hashlib.sha256(f"balance/{seed}/{head.example_id}".encode()).digest()
