"""What a report computes from documents, where nobody gave statements: what their graphs say that companies report."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from ratchet_documents.graph import candidates, final_id
from ratchet_figures.choosing import Known, OfStatements, chosen_by_rules
from ratchet_figures.choosing.times import Time, times_of
from ratchet_router.graph.looking import Graphs
from ratchet_router.graph.part import Part
from ratchet_router.graph.store import Kept
from ratchet_router.grounding.from_graph import narrow_of
from ratchet_router.reporting.reported import Reported, reported
from ratchet_router.reporting.wanted import Wanted

MOST_READ: Final = 40  # documents whose graphs are looked into
NOT_NAMED: Final = "The question names no company whose documents are there, and no figures are computed of statements."
NOT_REPORTED: Final = "The documents report no amounts that figures could be computed from."


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
    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs

    async def reported(self, tenant: str, wanted: Wanted) -> Reported:
        """Nothing where it is not called for. Raises RetryLaterError."""
        if wanted.context is None or not calls_for_statements(wanted):
            return Reported()
        narrow, asked = narrow_of(wanted.context.where), candidates(wanted.question)
        narrowed = narrow.documents is not None or narrow.companies is not None
        found = await self._graphs.listed(tenant, narrow, keys=asked.who, limit=MOST_READ) if asked.who else []
        if not found and narrowed:
            found = await self._graphs.listed(tenant, narrow, limit=MOST_READ)
        its = await asyncio.to_thread(_read, found, asked.who if not narrowed else (), _periods(wanted, asked.periods))
        if its is None:
            return Reported(notes=(NOT_NAMED,))
        return its if its.statements else Reported(notes=its.notes or (NOT_REPORTED,))


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
