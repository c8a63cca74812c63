"""What a report computes from documents, where nobody gave statements: what their graphs say that companies report."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace as replaced
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from ratchet_documents.asked_companies import Named, companies_named
from ratchet_documents.asked_documents import About
from ratchet_documents.graph import candidates, final_id
from ratchet_documents.graph.named import key_of
from ratchet_figures.choosing import Known, OfStatements, chosen_by_rules
from ratchet_figures.choosing.times import Time, times_of
from ratchet_router.graph.looking import Graphs
from ratchet_router.graph.part import Part
from ratchet_router.graph.store import Kept, Narrow
from ratchet_router.grounding.as_known import as_known, not_here
from ratchet_router.grounding.from_graph import narrow_of
from ratchet_router.grounding.known import Knows, KnowsNothing
from ratchet_router.reporting.missing import NO_COMPANY, TOO_MANY, missing
from ratchet_router.reporting.reported import MOST_COMPANIES, Reported, reported
from ratchet_router.reporting.wanted import Wanted

MOST_READ: Final = 40  # documents whose graphs are looked into
FEWEST_OF_ONE: Final = 4  # of a company, where several are asked about
NOT_NAMED: Final = "The question names no company whose documents are there, and no figures are computed of statements."
NOT_REPORTED: Final = (
    "The documents report no amounts that figures could be computed from (those that may be read in two ways, as "
    "1.204, are left out)."
)


def calls_for_statements(wanted: Wanted) -> bool:
    """It looks into documents, and names ratios or growth, or its question does."""
    if wanted.context is None or wanted.statements:
        return False
    if wanted.computing.ratios or wanted.computing.growing:
        return True
    if wanted.computing.named:
        return False
    asked = chosen_by_rules(wanted.question, Known(last=datetime.now(UTC).date(), companies=("",)))
    return any(isinstance(one, OfStatements) for one in asked.requests)


def with_reported(wanted: Wanted, found: Reported) -> Wanted:
    return replace(wanted, statements=found.statements, reported=True) if found.statements else wanted


class FromDocuments:
    """`knows`: of the documents whose companies a question may name."""

    def __init__(self, graphs: Graphs, knows: Knows | None = None) -> None:
        self._graphs, self._knows = graphs, knows or KnowsNothing()

    async def reported(self, tenant: str, wanted: Wanted) -> Reported:
        """Nothing where it is not called for. Raises RetryLaterError."""
        if wanted.context is None or not calls_for_statements(wanted):
            return Reported()
        known = (await self._knows.of(tenant)).documents
        where, named = wanted.context.where, companies_named(wanted.question, (one.company for one in known))
        narrow, asked = narrow_of(as_known(where, known)), candidates(wanted.question)
        meant = _meant(narrow, named, known)
        found = await self._found(tenant, narrow, tuple(_first(meant)), asked.who)
        whole = narrow.documents is not None or narrow.companies is not None or bool(meant)
        its = await asyncio.to_thread(_read, found, asked.who if not whole else (), _periods(wanted, asked.periods))
        away = not_here(where.companies or (), known) if known else ()
        lacking = (
            *missing(_first(meant), named, away, its.statements if its else ()),
            *_beyond(meant),
            *_nameless(narrow, known),
        )
        if its is None:
            return Reported(notes=() if lacking else (NOT_NAMED,), missing=lacking)
        if its.statements:
            return its._replace(missing=lacking)
        return Reported(notes=its.notes or (() if lacking else (NOT_REPORTED,)), missing=lacking)

    async def _found(self, tenant: str, narrow: Narrow, meant: Sequence[str], who: Sequence[str]) -> list[Kept]:
        """The newest documents; of several companies as many of each."""
        if meant:
            each = max(FEWEST_OF_ONE, MOST_READ // len(meant))
            its = [await self._graphs.listed(tenant, replaced(narrow, companies={one}), limit=each) for one in meant]
            return [one for found in its for one in found]
        found = await self._graphs.listed(tenant, narrow, keys=who, limit=MOST_READ) if who else []
        if not found and (narrow.documents is not None or narrow.companies is not None):
            found = await self._graphs.listed(tenant, narrow, limit=MOST_READ)
        return found


def _meant(narrow: Narrow, named: Named, known: Sequence[About]) -> dict[str, str]:
    """By their keys the names of the companies that are asked about: those of the question; else of the request."""
    of = {key_of(one.company): one.company for one in known if one.company}
    given = set(narrow.companies or ())
    if narrow.documents is not None:
        given |= {key_of(one.company) for one in known if one.company and one.document_id in narrow.documents}
    asked = {*named.ours} & given if named.ours and given else {*named.ours} or given
    return {key: of[key] for key in sorted(asked) if key in of}


def _first(meant: dict[str, str]) -> dict[str, str]:
    return dict(list(meant.items())[:MOST_COMPANIES])


def _beyond(meant: dict[str, str]) -> Iterator[str]:
    if names := list(meant.values())[MOST_COMPANIES:]:
        yield TOO_MANY.format(most=MOST_COMPANIES, names=", ".join(names))


def _nameless(narrow: Narrow, known: Sequence[About]) -> Iterator[str]:
    """Documents that the request gives."""
    for one in known:
        if not one.company and one.document_id in (narrow.documents or ()):
            yield NO_COMPANY.format(title=one.title)


def _read(found: Sequence[Kept], who: Sequence[str], periods: Sequence[str]) -> Reported | None:
    """None: nothing is of a company that is named. `who`: ids; none: of whoever it is."""
    parts = [one.unpacked() for one in found]
    its = [one for one in parts if not who or _is_of(one, who)]
    return reported(its, periods) if its else None


def _is_of(part: Part, who: Sequence[str]) -> bool:
    """Its own company is named, and not one that it speaks of."""
    own = f"company:{part.company}"
    return any(final_id(one, part.graph.linked) == own for one in who)


def _periods(wanted: Wanted, named: Sequence[str]) -> Sequence[str]:
    """A year that the question is about is one, too; days that the request gives are held against statements later."""
    if wanted.computing.first or wanted.computing.last:
        return ()
    if named:
        return named
    times = times_of(wanted.question, datetime.now(UTC).date())
    return [str(year) for time in times for year in _whole_years(time)]


def _whole_years(time: Time) -> Sequence[int]:
    first, last = time.first, time.last
    if first is None or last is None or (first.month, first.day, last.month, last.day) != (1, 1, 12, 31):
        return ()
    return range(first.year, last.year + 1)
