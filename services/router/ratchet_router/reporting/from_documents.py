"""What a report computes from documents, where nobody gave statements: what their graphs say that companies report."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from ratchet_documents.graph import candidates
from ratchet_figures.choosing import Known, OfStatements, chosen_by_rules
from ratchet_router.graph.looking import Graphs
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
        if not found:
            return Reported(notes=(NOT_NAMED,))
        its = await asyncio.to_thread(_read, found, asked.periods)
        return its if its.statements else Reported(notes=(NOT_REPORTED,))


def _read(found: Sequence[Kept], periods: Sequence[str]) -> Reported:
    return reported([one.unpacked() for one in found], periods)
