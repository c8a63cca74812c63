"""A provider's invoice beside our ledger: day by day and model by model, with what differs and why. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from ratchet_monitor.invoices.explaining import ZERO, Cause, UnitPrices, causes, tolerance, unit_prices, usd
from ratchet_monitor.invoices.reading import Billed, Invoice, Key
from ratchet_monitor.ledger.sums import Sums

DAY: Final = timedelta(days=1)
NOTHING: Final = Sums()
Recorded = Mapping[Key, Sums]
T = TypeVar("T")


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
    days: of another provider, or they bill them under another name."""

    items: list[Item]
    not_theirs: dict[str, Decimal]


def span(invoice: Invoice) -> tuple[date, date] | None:
    """The first and the last day of its lines."""
    days = [key.day for key in invoice.billed]
    return (min(days), max(days)) if days else None


def reconciled(invoice: Invoice, recorded: Recorded) -> Reconciled:
    """`recorded`: of the days that `span` gives, and one more on each side for what they count on another day."""
    days = span(invoice)
    if days is None:
        return Reconciled([], {})
    listed, seen = _by_model(invoice.billed), _by_model(recorded)
    not_theirs: dict[str, Decimal] = {}
    for model in seen.keys() - listed.keys():
        within = [its for day, its in seen[model].items() if days[0] <= day <= days[1] and _is_something(its)]
        if within:
            not_theirs[model] = sum((usd(its.billed) for its in within), ZERO)
    items: list[Item] = []
    for model in sorted(listed):
        items += _of_model(model, listed[model], seen.get(model), invoice, days)
    return Reconciled(items, dict(sorted(not_theirs.items())))


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
) -> Iterator[Item]:
    """`recorded`: None where none of our records names it."""
    ours = {day: its for day, its in (recorded or {}).items() if _is_something(its)}
    prices = unit_prices(ours.values())
    moved = _moved(theirs, ours, with_tokens=invoice.with_tokens)
    for day in sorted(theirs.keys() | ours.keys()):
        one, other = theirs.get(day), ours.get(day)
        if not days[0] <= day <= days[1] and day not in moved:
            continue
        why = _why(one, other, invoice, prices, moved=day in moved, known=recorded is not None)
        yield Item(Key(day, model), one, other, why)


def _why(
    theirs: Billed | None, ours: Sums | None, invoice: Invoice, prices: UnitPrices | None, *, moved: bool, known: bool
) -> tuple[Cause, ...]:
    more = (theirs.amount if theirs else ZERO) - usd(ours.billed if ours else 0)
    if moved:
        words = "The days beside it make up for it: they begin their day at another hour than UTC."
        return (Cause("another_day", more, words),)
    if theirs is None:
        return (Cause("not_listed", more, "Calls of ours on this day, and no line of theirs."),)
    if ours is None:
        words = (
            "No call of ours on this day."
            if known
            else "No call of ours names this model on any of these days: if we call it otherwise, give an alias."
        )
        return (Cause("never_seen", more, words),)
    with_cached = invoice.with_cached
    return tuple(causes(theirs, ours, prices, with_tokens=invoice.with_tokens, with_cached=with_cached))


def _moved(theirs: Mapping[date, Billed], ours: Mapping[date, Sums], *, with_tokens: bool) -> set[date]:
    """Days in a row that differ one by one, and agree together."""
    found: set[date] = set()
    row: list[date] = []
    for day in [*sorted(theirs.keys() | ours.keys()), date.max]:
        differs = day != date.max and not _agree([day], theirs, ours, with_tokens=with_tokens)
        if row and (not differs or day - row[-1] > DAY):
            if len(row) > 1 and _agree(row, theirs, ours, with_tokens=with_tokens):
                found |= set(row)
            row = []
        if differs:
            row.append(day)
    return found


def _agree(days: list[date], theirs: Mapping[date, Billed], ours: Mapping[date, Sums], *, with_tokens: bool) -> bool:
    pairs = [(theirs.get(day, Billed()), ours.get(day, NOTHING)) for day in days]
    amounts = sum((one.amount - usd(other.billed) for one, other in pairs), ZERO)
    near = sum((tolerance(*pair) for pair in pairs), ZERO)
    tokens = [
        sum(one.input - other.input for one, other in pairs),
        sum(one.output - other.output for one, other in pairs),
    ]
    return abs(amounts) <= near and not (with_tokens and any(tokens))


def _is_something(its: Sums) -> bool:
    return bool(its.billed or its.input or its.output)
