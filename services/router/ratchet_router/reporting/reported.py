"""Statements out of what documents report: a company's amounts, of periods that are as long, by their ends. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from ratchet_documents.graph import Relation
from ratchet_figures.names import MAY_GROW
from ratchet_router.graph.part import Part
from ratchet_router.reporting.wanted import GivenItem, GivenStatement

MOST_COMPANIES: Final = 10
MOST_STATEMENTS: Final = 12  # of a company: the latest
OF_A_CURRENCY: Final = 3  # letters of its code
LENGTH_OF_DAY: Final = 10
ALWAYS_POSITIVE: Final = frozenset({"cost_of_revenue", "interest_expense", "capital_expenditure"})
ALIKE: Final = 0.005  # two documents round one amount differently
QUARTER, YEAR = 3, 12  # months
AVERAGE_MONTH: Final = timedelta(days=30.4375)

Ends = dict[date, dict[str, GivenItem]]


class Reported(NamedTuple):
    """`notes`: what was assumed, in sentences. `documents`: ids of those that the amounts are from."""

    statements: tuple[GivenStatement, ...] = ()
    notes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def reported(parts: Sequence[Part], periods: Collection[str]) -> Reported:
    """`parts`: of documents, the newest first, whose amounts go before those of older ones. `periods`: that are asked
    for, as `2022-Q3`: of them alone, where there are documents about them.
    """
    asked = [one for one in parts if one.period in periods]
    read = asked or list(parts)
    wanted = _months(periods)
    by_company: dict[str, list[Part]] = defaultdict(list)
    for part in read:
        if part.company:
            by_company[part.company].append(part)
    found = [_of(its, wanted) for its in list(by_company.values())[:MOST_COMPANIES]]
    notes = [note for one in found for note in one.notes]
    if periods and not asked and any(one.statements for one in found):
        notes.insert(0, f"No document is about {', '.join(sorted(periods))}: what others report is computed from.")
    return Reported(
        tuple(its for one in found for its in one.statements),
        tuple(dict.fromkeys(notes)),
        tuple(dict.fromkeys(its for one in found for its in one.documents)),
    )


def _months(periods: Collection[str]) -> int:
    """How long a period is meant; 0: nobody said."""
    if any("-Q" in one for one in periods):
        return QUARTER
    return YEAR if any(len(one) == 4 for one in periods) else 0


def _of(parts: Sequence[Part], wanted: int) -> Reported:
    """Of one company."""
    flows: dict[int, Ends] = defaultdict(lambda: defaultdict(dict))
    days: Ends = defaultdict(dict)
    notes: list[str] = []
    from_: dict[str, None] = {}
    currencies: dict[str, None] = {}
    for part, one, at in _amounts(parts):
        metric, months, end = at
        currencies[one.unit] = None
        if one.unit != next(iter(currencies)):
            continue
        kept = (flows[months] if months else days)[end]
        item = GivenItem(_value(metric, one), part.title, max(0, one.where.page))
        if metric not in kept:
            kept[metric] = item
            from_[part.document_id] = None
        elif abs(kept[metric].value - item.value) > ALIKE * abs(item.value):
            notes.append(f"{metric} of {_name(parts)} to {end} differs between documents: the newest counts.")
    if len(currencies) > 1:
        notes.append(f"{_name(parts)} reports in several currencies: {next(iter(currencies))} is computed from.")
    statements = list(_statements(_name(parts), next(iter(currencies), ""), flows, days, wanted))[-MOST_STATEMENTS:]
    return Reported(tuple(statements), tuple(notes), tuple(from_) if statements else ())


def _amounts(parts: Sequence[Part]) -> Iterator[tuple[Part, Relation, tuple[str, int, date]]]:
    for part in parts:
        for one in part.graph.relations:
            if (at := _place(one)) is not None:
                yield part, one, at


def _place(one: Relation) -> tuple[str, int, date] | None:
    """Metric, months (0: of a day) and end of what computing knows; None: it does not."""
    if one.type != "reports" or one.value is None or len(one.unit) != OF_A_CURRENCY or len(one.ends) != 3:
        return None
    metric, key = one.ends[1].partition(":")[2], one.ends[2].partition(":")[2]
    months, _, end = key.rpartition("M-")
    if metric not in MAY_GROW or len(end) != LENGTH_OF_DAY:
        return None
    return metric, int(months or 0), date.fromisoformat(end)


def _value(metric: str, one: Relation) -> float:
    value = one.value or 0.0
    return abs(value) if metric in ALWAYS_POSITIVE else value


def _name(parts: Sequence[Part]) -> str:
    """As its documents call it."""
    key = f"company:{parts[0].company}"
    named = next((its.name for part in parts for its in (part.graph.entities.get(key),) if its), "")
    return named or parts[0].company


def _statements(
    company: str, currency: str, flows: Mapping[int, Ends], days: Ends, wanted: int
) -> Iterator[GivenStatement]:
    """Of one length, with the balance of the same day; of days alone where nothing is told of a time."""
    months = _length(flows, wanted)
    ends = flows[months] if months else days
    for end in sorted(ends):
        first = end - months * AVERAGE_MONTH + timedelta(days=1) if months else end
        items = {**(days.get(end, {}) if months else {}), **ends[end]}
        yield GivenStatement(company=company, first=first, last=end, currency=currency, scale=1, items=items)


def _length(flows: Mapping[int, Ends], wanted: int) -> int:
    """The one that is asked for, else the shortest of those to the latest day."""
    if wanted in flows:
        return wanted
    latest = {months: max(ends) for months, ends in flows.items() if ends}
    return min(latest, key=lambda months: (-latest[months].toordinal(), months), default=0)
