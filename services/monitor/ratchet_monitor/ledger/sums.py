"""What answers of one kind add up to, in money and tokens: rows of integers, so that any order gives the same. Pure.

Kept by position: what is added later stands at the end, and reads as 0 in what is there.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from ratchet_monitor.observations import Observation, Spent

Row = list[int]
Rows = dict[str, Row]
OTHERS: Final = "(others)"


class Sums(msgspec.Struct, frozen=True, array_like=True):
    """Money in nano-USD. `cost` is what its callers are counted; `cost_of_attempts` is of calls whose answers were not
    given: the bill has both. `input`, `output`, `cached`: tokens of all those calls, `cached` being part of `input`.
    """

    answers: int = 0
    cost: int = 0
    cost_of_attempts: int = 0
    input: int = 0
    output: int = 0
    cached: int = 0
    batch_saved: int = 0  # by the price of batches
    provider_cache_saved: int = 0  # by what the provider had cached; less than 0 where writing cost more
    hits: int = 0  # answers out of our cache that repeat one of these
    caching_saved: int = 0
    compared: int = 0  # answers that have a reference
    routing_saved: int = 0  # what the reference would have cost more

    @property
    def billed(self) -> int:
        return self.cost + self.cost_of_attempts


WIDTH: Final = len(Sums.__struct_fields__)
PLACE: Final[Mapping[str, int]] = {name: place for place, name in enumerate(Sums.__struct_fields__)}
COST, ATTEMPTS = PLACE["cost"], PLACE["cost_of_attempts"]


def sums(row: Row) -> Sums:
    return Sums(*row)


def empty() -> Row:
    return [0] * WIDTH


def add(row: Row, more: Iterable[int]) -> None:
    for place, one in enumerate(more):
        if one:
            row[place] += one


def row_of(seen: Observation, hits: int) -> Row:
    """Of the answer, without the calls whose answers were not given. A hit of our cache used no tokens."""
    input_, output, cached = (0, 0, 0) if seen.cached else seen.tokens
    batch, provider_cache = (0, 0) if seen.cached else seen.discounts
    compared = seen.compared_cost
    saved = (0, 0) if compared is None else (1, compared - seen.cost)
    return [1, seen.cost, 0, input_, output, cached, batch, provider_cache, hits, hits * seen.cost, *saved]


def row_of_call(call: Spent) -> Row:
    return [0, 0, call.cost, call.input, call.output, call.cached]


def renamed(rows: Mapping[str, Row], before: str, after: str) -> Rows:
    """Where the new name is there already, as where it was renamed halfway before, its row is added to."""
    found: Rows = {}
    for key, row in rows.items():
        add(found.setdefault(after if key == before else key, empty()), row)
    return found


def largest(rows: Mapping[str, Row], most: int) -> Rows:
    """The `most` that were billed most, by name where that is equal, and the sum of all others as `OTHERS`."""
    if len(rows) <= most:
        return dict(rows)
    named = [one for one in rows.items() if one[0] != OTHERS]
    named.sort(key=lambda one: (-one[1][COST] - one[1][ATTEMPTS], one[0]))
    kept = dict(named[:most])
    rest = empty()
    add(rest, rows.get(OTHERS, ()))
    for _, row in named[most:]:
        add(rest, row)
    if any(rest):
        kept[OTHERS] = rest
    return kept
