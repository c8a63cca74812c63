"""Who or what the money went to: the sheets of a span of days by one dimension. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ratchet_monitor.behind import Behind
from ratchet_monitor.costs import usd
from ratchet_monitor.ledger.sums import ATTEMPTS, COST, OTHERS, WIDTH, Sums, empty, sums
from ratchet_monitor.ledger.table import Numbers, Table

MOST_KEYS: Final = 50_000  # 10 MB while a question is answered; users of a busy month are fewer, as sheets name them
ROOM: Final = 256


@dataclass(frozen=True, slots=True)
class Share:
    """USD and tokens. `name`: as it was asked for, or what stands for it; empty: of those that named none.

    `billed` is `cost` and `cost_of_attempts`: what providers ask for it. `share` is its part of all that was billed.
    """

    key: str
    name: str
    billed: float
    share: float
    cost: float
    cost_of_attempts: float
    answers: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    hits: int
    saved_by_caching: float
    saved_by_routing: float
    saved_by_batches: float
    saved_by_provider_cache: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`items`: those that were billed most; with `others` they add up to `total`. What was asked for by name is in
    `asked`, however little it was."""

    by: str
    days: int
    total: Share
    others: Share
    items: list[Share] = field(default_factory=list)
    asked: list[Share] = field(default_factory=list)
    behind: Behind | None = None


class Adding:
    """Sheets' rows by key, as they come. Of far too many keys the smallest so far are added to the others; those that
    were asked for are kept."""

    def __init__(self, names: Mapping[str, str], *, most_keys: int = MOST_KEYS) -> None:
        """`names`: keys that are asked for, and what the caller calls them."""
        self._names, self._most_keys = names, most_keys
        self._places: dict[str, int] = {}
        self._numbers = np.zeros((ROOM, WIDTH), np.int64)

    def include(self, part: Table) -> None:
        places = [self._places.setdefault(name, len(self._places)) for name in part.names]
        while len(self._places) > len(self._numbers):
            self._numbers = np.concatenate((self._numbers, np.zeros_like(self._numbers)))
        self._numbers[places] += part.numbers
        if len(self._places) > self._most_keys:
            self._shrink()

    def breakdown(self, by: str, days: int, limit: int) -> Breakdown:
        whole = self._numbers.sum(axis=0)
        shown = self._largest(limit)
        rest = whole - self._numbers[list(shown.values())].sum(axis=0)
        of_all = sums(whole.tolist())

        def told(key: str, name: str, place: int | None) -> Share:
            return _share(key, name, sums(empty() if place is None else self._numbers[place].tolist()), of_all)

        return Breakdown(
            by=by,
            days=days,
            total=_share("", "", of_all, of_all),
            others=_share(OTHERS, "", sums(rest.tolist()), of_all),
            items=[told(key, self._names.get(key, ""), place) for key, place in shown.items()],
            asked=[told(key, name, self._places.get(key)) for key, name in self._names.items()],
        )

    def _largest(self, most: int) -> dict[str, int]:
        """Places of those that were billed most, by name where that is equal; never of the others."""
        keys, billed = list(self._places), self._billed
        there = self._dearest(most, never=(OTHERS,))
        ordered = sorted(there, key=lambda place: (-int(billed[place]), keys[place]))
        return {keys[place]: place for place in ordered}

    def _shrink(self) -> None:
        asked = [self._places[key] for key in self._names if key in self._places and key != OTHERS]
        kept = [*self._dearest(self._most_keys // 2, never=(OTHERS, *self._names)), *asked]
        keys, whole = list(self._places), self._numbers.sum(axis=0)
        numbers = self._numbers[kept]
        self._places = {keys[place]: number for number, place in enumerate(kept)}
        self._numbers = np.concatenate((numbers, (whole - numbers.sum(axis=0))[np.newaxis]))
        self._places[OTHERS] = len(kept)

    @property
    def _billed(self) -> Numbers:
        billed: Numbers = self._numbers[: len(self._places), COST] + self._numbers[: len(self._places), ATTEMPTS]
        return billed

    def _dearest(self, most: int, never: Collection[str]) -> list[int]:
        """Places of those that were billed most, in no order; of those that were billed as much, the first by name."""
        billed, there = self._billed, np.ones(len(self._places), np.bool_)
        there[[self._places[name] for name in never if name in self._places]] = False
        (found,) = np.nonzero(there)
        if len(found) <= most:
            return list(map(int, found))
        least = np.partition(billed[found], -most)[-most]
        more, equal, keys = found[billed[found] > least], found[billed[found] == least], list(self._places)
        by_name = sorted(equal.tolist(), key=keys.__getitem__)
        return [*more.tolist(), *by_name[: most - len(more)]]


def _share(key: str, name: str, its: Sums, whole: Sums) -> Share:
    return Share(
        key=key,
        name=name,
        billed=usd(its.billed),
        share=round(its.billed / whole.billed, 6) if whole.billed else 0.0,
        cost=usd(its.cost),
        cost_of_attempts=usd(its.cost_of_attempts),
        answers=its.answers,
        input_tokens=its.input,
        output_tokens=its.output,
        cached_tokens=its.cached,
        hits=its.hits,
        saved_by_caching=usd(its.caching_saved),
        saved_by_routing=usd(its.routing_saved),
        saved_by_batches=usd(its.batch_saved),
        saved_by_provider_cache=usd(its.provider_cache_saved),
    )
