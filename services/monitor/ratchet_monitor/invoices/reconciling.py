"""A provider's invoice beside our ledger: day by day and model by model, with what differs and why. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from ratchet_monitor.invoices.explaining import ZERO, Cause, UnitPrices, causes, unit_prices, usd
from ratchet_monitor.invoices.reading import Billed, Invoice, Key
from ratchet_monitor.invoices.shifting import DAY, FEWEST, Hours, Shift, agree, shift
from ratchet_monitor.ledger.sums import Sums

NOTHING: Final = Sums()
MOST_BY_HOURS: Final = 100  # models whose hours are looked at: those that differ most
HALF: Final = Decimal("0.5")
Recorded = Mapping[Key, Sums]
T = TypeVar("T")
UNSETTLED: Final = ("tokens_differ", "price_differs", "unknown")
PERHAPS: Final = (
    " It may be that their day begins at another hour: such days differ up and down, and nearly agree together; our "
    "hours do not show which."
)


@dataclass(frozen=True, slots=True)
class Item:
    """One day of one model. `theirs` None: they list nothing; `ours` None: nothing was recorded."""

    key: Key
    theirs: Billed | None
    ours: Sums | None
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> Decimal:
        """USD that they ask for more."""
        return (self.theirs.amount if self.theirs else ZERO) - usd(self.ours.billed if self.ours else 0)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`items`: by model and day. `not_theirs`: models that no line names, with what they cost within the invoice's
    days: of another provider, or they bill them under another name. `by_hours`: models of which hours may tell more.
    """

    items: list[Item]
    not_theirs: dict[str, Decimal]
    by_hours: tuple[str, ...] = ()


def span(invoice: Invoice) -> tuple[date, date] | None:
    """The first and the last day of its lines."""
    days = [key.day for key in invoice.billed]
    return (min(days), max(days)) if days else None


def reconciled(invoice: Invoice, recorded: Recorded, hours: Mapping[str, Hours] | None = None) -> Reconciled:
    """`recorded`: of the days that `span` gives, and one more on each side for what they count on another day. `hours`:
    by model, where days alone were not enough."""
    days = span(invoice)
    if days is None:
        return Reconciled([], {})
    listed, seen = _by_model(invoice.billed), _by_model(_of_its_months(recorded, invoice, days))
    not_theirs: dict[str, Decimal] = {}
    for model in seen.keys() - listed.keys():
        within = [its for day, its in seen[model].items() if days[0] <= day <= days[1] and _is_something(its)]
        if within:
            not_theirs[model] = sum((usd(its.billed) for its in within), ZERO)
    items: list[Item] = []
    unexplained: dict[str, Decimal] = {}
    for model in sorted(listed):
        its = _of_model(model, listed[model], seen.get(model), invoice, days, (hours or {}).get(model, {}))
        open_ones = [abs(item.difference) for item in its if item.causes and item.causes[0].kind in UNSETTLED]
        if len(open_ones) >= FEWEST:
            unexplained[model] = sum(open_ones, ZERO)
        items += its
    most = sorted(unexplained, key=lambda model: -unexplained[model])[:MOST_BY_HOURS]
    return Reconciled(items, dict(sorted(not_theirs.items())), tuple(most))


def _of_its_months(recorded: Recorded, invoice: Invoice, days: tuple[date, date]) -> Recorded:
    """A line that strayed in from another month asks for nothing of the months between. With the days beside."""
    months, beside = {(key.day.year, key.day.month) for key in invoice.billed}, (days[0] - DAY, days[1] + DAY)
    return {key: its for key, its in recorded.items() if (key.day.year, key.day.month) in months or key.day in beside}


def _by_model(by_key: Mapping[Key, T]) -> dict[str, dict[date, T]]:
    found: dict[str, dict[date, T]] = {}
    for key, its in by_key.items():
        found.setdefault(key.model, {})[key.day] = its
    return found


def _of_model(
    model: str,
    theirs: Mapping[date, Billed],
    recorded: Mapping[date, Sums] | None,
    invoice: Invoice,
    days: tuple[date, date],
    hours: Hours,
) -> list[Item]:
    """`recorded`: None where none of our records names it."""
    ours = {day: its for day, its in (recorded or {}).items() if _is_something(its)}
    prices = unit_prices(ours.values())
    moved = _moved(theirs, ours, days, with_tokens=invoice.with_tokens)
    within = [day for day in sorted(theirs.keys() | ours.keys()) if days[0] <= day <= days[1]]
    shifted = shift(theirs, ours, hours, within, with_tokens=invoice.with_tokens) if hours else None
    items: list[Item] = []
    for day in sorted({*within, *moved}):
        one, other = theirs.get(day), ours.get(day)
        why = _elsewhere(day, one, other, moved, shifted, with_tokens=invoice.with_tokens)
        why = why or _why(one, other, invoice, prices, known=recorded is not None)
        items.append(Item(Key(day, model), one, other, why))
    return _perhaps_elsewhere(items)


def _elsewhere(
    day: date, one: Billed | None, other: Sums | None, moved: set[date], shifted: Shift | None, *, with_tokens: bool
) -> tuple[Cause, ...]:
    """Where it is their day that is another."""
    theirs, ours = one or Billed(), other or NOTHING
    more = theirs.amount - usd(ours.billed)
    if day in moved:
        return (Cause("another_day", more, "The days beside it make up for it: they begin their day at another hour."),)
    if shifted and day in shifted.days and not agree([(theirs, ours)], with_tokens=with_tokens):
        return (Cause("another_day", more, shifted.words),)
    return ()


def _perhaps_elsewhere(items: list[Item]) -> list[Item]:
    """Where days differ up and down and nearly agree together, and nothing proves why."""
    open_ones = [item for item in items if item.causes and item.causes[0].kind in UNSETTLED]
    apart = [item.difference for item in open_ones]
    up_and_down = any(one > 0 for one in apart) and any(one < 0 for one in apart)
    if len(apart) < FEWEST or not up_and_down or abs(sum(apart, ZERO)) > HALF * sum(map(abs, apart), ZERO):
        return items
    doubted = {item.key for item in open_ones}
    return [
        replace(item, causes=(replace(item.causes[0], words=item.causes[0].words + PERHAPS), *item.causes[1:]))
        if item.key in doubted
        else item
        for item in items
    ]


def _why(
    theirs: Billed | None, ours: Sums | None, invoice: Invoice, prices: UnitPrices | None, *, known: bool
) -> tuple[Cause, ...]:
    more = (theirs.amount if theirs else ZERO) - usd(ours.billed if ours else 0)
    if theirs is None:
        return (Cause("not_listed", more, "Calls of ours on this day, and no line of theirs."),)
    if ours is None:
        words = (
            "No call of ours on this day through the router: evaluations, the trainer's gate and judges call past it."
            if known
            else "No call of ours names this model on any of these days: if we call it otherwise, give an alias."
        )
        return (Cause("never_seen", more, words),)
    with_cached = invoice.with_cached
    return tuple(causes(theirs, ours, prices, with_tokens=invoice.with_tokens, with_cached=with_cached))


def _moved(
    theirs: Mapping[date, Billed], ours: Mapping[date, Sums], days: tuple[date, date], *, with_tokens: bool
) -> set[date]:
    """Days in a row that differ one by one, and agree together: with the days beside the invoice's, or without."""

    def pairs(row: Sequence[date]) -> list[tuple[Billed, Sums]]:
        return [(theirs.get(day, Billed()), ours.get(day, NOTHING)) for day in row]

    found: set[date] = set()
    differing = [day for day in sorted(theirs.keys() | ours.keys()) if not agree(pairs([day]), with_tokens=with_tokens)]
    for row in _in_a_row(differing):
        within = [day for day in row if days[0] <= day <= days[1]]
        first, last = [day for day in row if day <= days[1]], [day for day in row if day >= days[0]]
        for some in (within, first, last, row):
            if len(some) > 1 and agree(pairs(some), with_tokens=with_tokens):
                found |= set(some)
                break
    return found


def _in_a_row(days: Sequence[date]) -> Iterator[list[date]]:
    row: list[date] = []
    for day in days:
        if row and day - row[-1] > DAY:
            yield row
            row = []
        row.append(day)
    if row:
        yield row


def _is_something(its: Sums) -> bool:
    return bool(its.billed or its.input or its.output)
