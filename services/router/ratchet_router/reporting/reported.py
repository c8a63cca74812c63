"""Statements out of what documents report: a company's amounts, of periods that are as long, by their ends. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from ratchet_documents.graph import Relation
from ratchet_documents.graph.expanding import WEEK, is_of_period
from ratchet_figures.names import MAY_GROW
from ratchet_router.graph.part import Part
from ratchet_router.reporting.wanted import GivenItem, GivenStatement

MOST_COMPANIES: Final = 10
MOST_STATEMENTS: Final = 12  # of a company: the latest
OF_A_CURRENCY: Final = 3  # letters of its code; none: no document says which
LENGTH_OF_DAY: Final = 10
ALWAYS_POSITIVE: Final = frozenset({"cost_of_revenue", "interest_expense", "capital_expenditure"})
ALIKE: Final = 0.005  # two documents round one amount differently
QUARTER, YEAR = 3, 12  # months
AVERAGE_MONTH: Final = timedelta(days=30.4375)

Ends = dict[date, dict[str, GivenItem]]


class Reported(NamedTuple):
    """`notes`: what was assumed, in sentences. `documents`: ids of those that the amounts are from.
    `missing`: of what nothing is computed, and why, in sentences.
    """

    statements: tuple[GivenStatement, ...] = ()
    notes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def reported(parts: Sequence[Part], periods: Collection[str]) -> Reported:
    """`parts`: of documents, the newest first, whose amounts go before those of older ones. `periods`: that are asked
    for, as `2022-Q3`: statements go to the last of them; where none ends there, there are none.
    """
    by_company: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part.company:
            by_company[part.company].append(part)
    found = [_of(its, periods) for its in list(by_company.values())[:MOST_COMPANIES]]
    return Reported(
        tuple(its for one in found for its in one.statements),
        tuple(dict.fromkeys(note for one in found for note in one.notes)),
        tuple(dict.fromkeys(its for one in found for its in one.documents)),
    )


def _months(periods: Collection[str]) -> int:
    """How long a period is meant; 0: nobody said."""
    if any("-Q" in one for one in periods):
        return QUARTER
    return YEAR if any(len(one) == 4 for one in periods) else 0


def _of(parts: Sequence[Part], periods: Collection[str]) -> Reported:
    """Of one company."""
    flows: dict[int, Ends] = defaultdict(lambda: defaultdict(dict))
    days: Ends = defaultdict(dict)
    notes: list[str] = []
    from_: dict[str, None] = {}
    whose: dict[tuple[str, int, date], str] = {}
    currencies: dict[str, None] = {}
    known: dict[date, None] = {}
    for part, one, (metric, months, its_end) in _amounts(parts):
        end = _same(its_end, known)
        at = (metric, months, end)
        currencies[one.unit] = None
        if one.unit != next(iter(currencies)):
            continue
        kept = (flows[months] if months else days)[end]
        item = GivenItem(_value(metric, one), part.title, max(0, one.where.page))
        if metric not in kept:
            kept[metric], whose[at] = item, part.document_id
            from_[part.document_id] = None
            notes += [f"{part.title}: {one.text}"] if one.text else []
        elif whose[at] != part.document_id and abs(kept[metric].value - item.value) > ALIKE * abs(item.value):
            notes.append(f"{metric} of {_name(parts)} to {end} differs between documents: the newest counts.")
    if len(currencies) > 1:
        notes.append(f"{_name(parts)} reports in several currencies: {next(iter(currencies))} is computed from.")
    statements = list(_statements(_name(parts), next(iter(currencies), ""), flows, days, _months(periods)))
    if statements and periods:
        asked = [its.last for its in statements if _is_asked(its, periods, parts)]
        if not asked:
            statements = []
            notes.append(f"The documents report no amounts of {_name(parts)} for {', '.join(sorted(periods))}.")
        statements = [its for its in statements if its.last <= max(asked)]
    kept_ones = tuple(statements[-MOST_STATEMENTS:])
    return Reported(kept_ones, tuple(notes), tuple(from_) if kept_ones else ())


def _same(end: date, known: dict[date, None]) -> date:
    """A year of 52 weeks ends some days off the day that is taken for its end where a column names the year alone."""
    its = next((one for one in known if abs(one - end) <= WEEK), end)
    known[its] = None
    return its


def _is_asked(its: GivenStatement, periods: Collection[str], parts: Sequence[Part]) -> bool:
    """By the calendar, or as a document about the period has it: a company's third quarter may end in June."""
    if its.last in {end for part in parts if part.period in periods for end in _last_days(part)}:
        return True
    months = round((its.last - its.first) / AVERAGE_MONTH)
    key = f"{months}M-{its.last}" if months else str(its.last)
    return any(is_of_period(key, period) for period in periods)


def _last_days(part: Part) -> list[date]:
    """Of a document: the last day up to which it tells of a time, or else of a day."""
    places = [at for one in part.graph.relations if (at := _place(one)) is not None]
    ends = [end for _, months, end in places if months] or [end for *_, end in places]
    return [max(ends)] if ends else []


def _amounts(parts: Sequence[Part]) -> Iterator[tuple[Part, Relation, tuple[str, int, date]]]:
    for part in parts:
        for one in part.graph.relations:
            if (at := _place(one)) is not None:
                yield part, one, at


def _place(one: Relation) -> tuple[str, int, date] | None:
    """Metric, months (0: of a day) and end of what computing knows; None: it does not."""
    if one.type != "reports" or one.value is None or len(one.unit) not in (0, OF_A_CURRENCY) or len(one.ends) != 3:
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
        first = _first_day(end, months)
        items = {**(days.get(end, {}) if months else {}), **ends[end]}
        yield GivenStatement(company=company, first=first, last=end, currency=currency, scale=1, items=items)


def _first_day(end: date, months: int) -> date:
    """By the calendar where it ends with a month: the year to 2024-12-31, of 366 days, begins on 2024-01-01."""
    behind = end + timedelta(days=1)
    if not months or behind.day != 1:  # quarters of 13 weeks, and years of 52
        return behind - months * AVERAGE_MONTH if months else end
    year, month = divmod(behind.year * YEAR + behind.month - 1 - months, YEAR)
    return date(year, month + 1, 1)


def _length(flows: Mapping[int, Ends], wanted: int) -> int:
    """The one that is asked for, else the shortest of those to the latest day."""
    if wanted in flows:
        return wanted
    latest = {months: max(ends) for months, ends in flows.items() if ends}
    return min(latest, key=lambda months: (-latest[months].toordinal(), months), default=0)
