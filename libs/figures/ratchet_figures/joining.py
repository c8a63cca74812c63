"""Statements of one company that end on one day are joined: a balance sheet comes apart from what it is a balance of.

Amounts of a day belong to each period that ends on it, whoever brings them; those of a time to that time alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ratchet_figures.figure import Period, Refusal
from ratchet_figures.statements import OF_A_DAY, Item, Statement

ALIKE = 0.005  # two documents round one amount differently


def joined(statements: Sequence[Statement]) -> tuple[list[Statement], list[Refusal]]:
    """Rising by their ends, of one end the longest last; and what is given twice and differs, which is left out."""
    found: list[Statement] = []
    refused: list[Refusal] = []
    together: dict[tuple[date, str], list[Statement]] = defaultdict(list)
    for one in statements:
        together[one.period.last, one.currency].append(one)
    for of_one_end in together.values():
        if len(of_one_end) == 1:
            found += of_one_end
        else:
            its = _Joining(of_one_end)
            found += its.joined()
            refused += its.refused()
    return sorted(found, key=lambda one: (one.period.last, one.days)), refused


class _Joining:
    """Of statements of one end and one currency: in the currency's own unit, since their scales may differ."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._first = statements[0]
        self._differ: dict[str, tuple[float, float]] = {}
        self._of_the_day: dict[str, Item] = {}
        self._of_times: dict[Period, dict[str, Item]] = {}
        for one in statements:
            of_a_time = self._of_times.setdefault(one.period, {})
            for name, its in one.items.items():
                item = Item(one.absolute(name), its.source)
                self._take(self._of_the_day if name in OF_A_DAY else of_a_time, name, item)

    def _take(self, there: dict[str, Item], name: str, item: Item) -> None:
        known = there.setdefault(name, item)
        if abs(known.value - item.value) > ALIKE * max(abs(known.value), abs(item.value)):
            self._differ[name] = known.value, item.value

    def joined(self) -> Iterator[Statement]:
        """A balance alone is none where there is a time that ends with it."""
        longer = {period: its for period, its in self._of_times.items() if period.first < period.last or its}
        for period, its in (longer or self._of_times).items():
            yield Statement(
                self._first.company, period, self._first.currency, 1, self._sure({**self._of_the_day, **its})
            )

    def _sure(self, items: Mapping[str, Item]) -> dict[str, Item]:
        return {name: its for name, its in items.items() if name not in self._differ}

    def refused(self) -> Iterator[Refusal]:
        its = self._first
        for name, (one, other) in self._differ.items():
            twice = f"{one:,.0f} and {other:,.0f} {its.currency}"
            yield Refusal(name, its.company, f"It is given twice for {its.period.last}, as {twice}: neither is used.")
