"""Figures of what was given, by pandas: in a process of its own. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from ratchet_figures.choosing import OfPrices, OfStatements
from ratchet_figures.figure import CannotComputeError, Period, Refusal, Source
from ratchet_figures.figure import Computed as Figures
from ratchet_figures.narrating import narrated
from ratchet_figures.of_prices import PORTFOLIO, Asked, figures_of_prices
from ratchet_figures.of_statements import figures_of_statements
from ratchet_figures.statements import Item, Statement
from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.computed import PREFIX, Computed
from ratchet_router.reporting.plotting import plots_of
from ratchet_router.reporting.tables import tables_of
from ratchet_router.reporting.wanted import GivenStatement, Holdings, Wanted
from ratchet_router.reporting.within import within


def computed(wanted: Wanted, choice: Chosen) -> Computed:
    """Each request alone: what of it cannot be computed is refused with its reason, and takes nothing else away."""
    found = [_found(wanted, one) for one in choice.requests]
    refused = [its for one in found for its in one.refusals]
    figures = tuple(dict.fromkeys(its for one in found for its in one.figures))
    told = narrated(Figures(figures, tuple(refused)), prefix=PREFIX)
    assumptions = tuple(
        dict.fromkeys((*(said for one in figures for said in one.assumptions), *_gaps(wanted.holdings)))
    )
    return Computed(
        text=told.text,
        figures=told.marks,
        tables=tables_of(told.marks) if "tables" in wanted.parts else (),
        plots=tuple(plots_of(wanted, choice, figures)) if "plots" in wanted.parts else (),
        reasons=choice.reasons,
        assumptions=assumptions,
        refused=(*(one for one in told.notes if one not in assumptions), *choice.unknown),
    )


def _gaps(holdings: Holdings | None) -> Iterable[str]:
    yield from holdings.notes if holdings else ()
    for name, its in (holdings.prices if holdings else {}).items():
        if missing := sum(price is None for price in its.values()):
            yield f"{name} has no price on {missing:,} of {len(its):,} days: a return goes from one price to the next."


def _found(wanted: Wanted, request: OfPrices | OfStatements) -> Figures:
    try:
        if isinstance(request, OfPrices):
            return _of_prices(wanted.holdings, request) if wanted.holdings else Figures((), ())
        return _of_statements(wanted.statements, request)
    except CannotComputeError as error:
        names = request.measures if isinstance(request, OfPrices) else (*request.ratios, *request.growing)
        return Figures((), (Refusal(", ".join(names) or "figures", "what was asked for", str(error)),))


def _of_prices(holdings: Holdings, request: OfPrices) -> Figures:
    """Raises CannotComputeError."""
    whole = not request.instruments or set(request.instruments) == set(holdings.instruments)
    instruments = holdings.instruments if whole else request.instruments
    if missing := [name for name in instruments if name not in holdings.prices]:
        raise CannotComputeError(f"There are no prices of {', '.join(missing)}.")
    if outside := _outside(holdings, (*instruments, *([request.benchmark] if request.benchmark else ())), request):
        raise CannotComputeError(outside)
    weights = _weights(holdings, instruments, whole=whole)
    source = Source(holdings.source) if holdings.source else None
    against = request.benchmark
    found = figures_of_prices(
        Asked(
            {name: holdings.of(name, request.first, request.last) for name in instruments},
            weights or None,
            (against, holdings.of(against, request.first, request.last)) if against else None,
            request.measures,
            request.rebalancing,
            request.risk_free,
            request.level,
            request.per_year,
            sources=dict.fromkeys(holdings.prices, source) if source else {},
        )
    )
    if whole:
        return found
    kept = f"The weights are those that the portfolio has in {' and '.join(instruments)}, scaled to 1."
    return _of(found, " and ".join(instruments), (kept,) if weights and len(weights) > 1 else ())


def _outside(holdings: Holdings, names: Iterable[str], request: OfPrices) -> str:
    """That an instrument has prices, and none within the days that are asked for; empty: each has some there."""
    for name in names:
        days = holdings.of(name)
        if days and not holdings.of(name, request.first, request.last):
            begins = f" from {request.first}" if request.first else ""
            ends = f" to {request.last}" if request.last else ""
            return f"{name} has no prices{begins}{ends}: those that are given are of {min(days)} to {max(days)}."
    return ""


def _weights(holdings: Holdings, instruments: tuple[str, ...], *, whole: bool) -> dict[str, float]:
    """Of a part of what is held in the proportions that it has there."""
    given = {name: holdings.weights[name] for name in instruments if name in holdings.weights}
    total = sum(given.values())
    if whole or len(given) < len(instruments) or total <= 0:
        return given if whole else {}
    return {name: weight / total for name, weight in given.items()}


def _of(found: Figures, subject: str, assumed: tuple[str, ...]) -> Figures:
    """Of a part of what is held, which is not the portfolio."""
    return Figures(
        tuple(
            replace(
                one,
                subject=subject if one.subject == PORTFOLIO else one.subject,
                assumptions=(*one.assumptions, *assumed),
            )
            for one in found.figures
        ),
        tuple(replace(one, subject=subject) for one in found.refusals),
    )


def _of_statements(given: Iterable[GivenStatement], request: OfStatements) -> Figures:
    """Of each company alone. Raises CannotComputeError."""
    by_company: dict[str, list[Statement]] = {}
    for one in given:
        if not request.companies or one.company in request.companies:
            by_company.setdefault(one.company, []).append(statement_of(one))
    about = {name: within([one.period for one in its], request) for name, its in by_company.items()}
    every = [
        figures_of_statements(its, request.ratios, request.growing, about[name].__contains__)
        for name, its in by_company.items()
        if about[name]
    ]
    if not every:
        raise CannotComputeError("No statement lies within the days that are asked for.")
    figures = tuple(its for one in every for its in one.figures)
    return Figures(figures, tuple(its for one in every for its in one.refusals))


def statement_of(given: GivenStatement) -> Statement:
    """Raises CannotComputeError."""
    items = {
        name: Item(its.value, Source(its.document, its.page or None) if its.document else None)
        for name, its in given.items.items()
    }
    return Statement(given.company, Period(given.first, given.last), given.currency, given.scale, items)
