"""What there is to compute from, of what was given: for those who choose. No pandas."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from ratchet_figures.choosing import Known, OfPrices, OfStatements, chosen_by_rules
from ratchet_figures.figure import Period
from ratchet_figures.names import BESIDE_A_BENCHMARK, CONTRIBUTION, GROWING, OF_RETURNS, OF_STATEMENTS
from ratchet_router.checking.language import language_of
from ratchet_router.checking.scripts import UNKNOWN
from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.wanted import Computing, Wanted
from ratchet_router.reporting.within import within

READ: Final = (UNKNOWN, "en", "de")  # languages; of short questions mostly nothing is known
NOT_READ: Final = (
    "The question seems to be in another language ({language}) than rules choose figures by, English and German: the "
    "usual ones are computed, of all the time that there is. Name in `compute` what is wanted, or let a model choose."
)


def known_of(wanted: Wanted) -> Known | None:
    """None: nothing was given to compute from."""
    if not wanted.computes:
        return None
    its, statements = wanted.holdings, wanted.statements
    days: list[date] = [day for one in statements for day in (one.first, one.last)]
    days += its.days if its else ()
    return Known(
        last=max(days),
        first=min(days),
        instruments=tuple(its.prices) if its else (),
        benchmark=(its.benchmark or None) if its else None,
        companies=tuple(dict.fromkeys(one.company for one in statements)),
    )


def chosen(wanted: Wanted, known: Known) -> Chosen:
    """What the request names; else what the question calls for by its words; else what is usual."""
    named = _named(wanted, wanted.computing)
    if named is not None:
        return named
    language = language_of(wanted.question)
    if language not in READ:
        usual = _usual(wanted, "The question is in a language that the rules do not read: the usual ones are computed.")
        return replace(usual, unknown=(NOT_READ.format(language=language),))
    by_rules = chosen_by_rules(wanted.question, known)
    if not by_rules.requests:
        return _usual(wanted, "The question names no measure: the usual ones are computed.")
    found = as_given(Chosen.of(by_rules), wanted.computing)
    if not wanted.reported:
        return found
    nothing_missing = wanted.holdings is None and bool(found.of_statements)  # risks, say, are of the documents then
    unknown = () if nothing_missing else found.unknown
    of_statements = tuple(dict.fromkeys(_of_reported(found.of_statements, wanted)))
    reasons = tuple(one for one in found.reasons if not (one.startswith("The time is") and not found.of_prices))
    return replace(found, of_statements=of_statements, unknown=unknown, reasons=reasons)


def as_given(found: Chosen, its: Computing) -> Chosen:
    """What the request says of how it is computed goes before what the question says."""
    usual = Computing()
    said: dict[str, Any] = {
        name: getattr(its, name)
        for name in ("level", "risk_free", "rebalancing", "per_year", "first", "last")
        if getattr(its, name) != getattr(usual, name)
    }
    days = {name: day for name, day in said.items() if name in ("first", "last")}
    reasons = (*found.reasons, f"The request says {', '.join(said)}.") if said else found.reasons
    return replace(
        found,
        of_prices=tuple(dataclasses.replace(one, **said) for one in found.of_prices),
        of_statements=tuple(dataclasses.replace(one, **days) for one in found.of_statements),
        reasons=reasons,
    )


def _of_reported(asked: Sequence[OfStatements], wanted: Wanted) -> Iterator[OfStatements]:
    """Those out of documents are of the companies and of the last period that is asked for, as the documents name it.
    Of several that are asked for, those before are told by their days.
    """
    given, periods = wanted.computing, [Period(one.first, one.last) for one in wanted.statements]
    several = len({(one.first, one.last) for one in asked}) > 1 and not (given.first or given.last)
    for one in asked:
        every = dataclasses.replace(one, companies=())
        if several and within(periods, every):
            yield every
        else:
            yield dataclasses.replace(every, first=given.first, last=given.last)


def _named(wanted: Wanted, its: Computing) -> Chosen | None:
    if not its.named:
        return None
    of_statements = OfStatements(its.ratios, its.growing, (), its.first, its.last)
    return Chosen(
        of_prices=(_of_prices(wanted, its.measures),) if its.measures and wanted.holdings is not None else (),
        of_statements=(of_statements,) if (its.ratios or its.growing) and wanted.statements else (),
        reasons=("The request names what is computed.",),
    )


def _usual(wanted: Wanted, because: str) -> Chosen:
    its, days = wanted.holdings, (wanted.computing.first, wanted.computing.last)
    several = its is not None and len(its.instruments) > 1
    beside = BESIDE_A_BENCHMARK if its is not None and its.benchmark else ()
    usual = (*OF_RETURNS, *beside, *((CONTRIBUTION,) if several else ()))
    return Chosen(
        of_prices=(_of_prices(wanted, usual),) if its is not None else (),
        of_statements=(OfStatements(OF_STATEMENTS, GROWING, (), *days),) if wanted.statements else (),
        reasons=(because,),
    )


def _of_prices(wanted: Wanted, measures: tuple[str, ...]) -> OfPrices:
    its, benchmark = wanted.computing, wanted.holdings.benchmark if wanted.holdings else ""
    beside = benchmark if benchmark and any(name in BESIDE_A_BENCHMARK for name in measures) else None
    return OfPrices(measures, (), beside, its.first, its.last, its.level, its.risk_free, its.rebalancing, its.per_year)
