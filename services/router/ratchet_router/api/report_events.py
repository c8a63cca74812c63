"""The progress of a report as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_router.api.report_views import is_under_way, view
from ratchet_router.reporting.record import ReportRecord
from ratchet_router.reporting.reports import Reports
from ratchet_router.shapes.shape import Failure

LOOK_EVERY_S: Final = 0.5
STILL_THERE_S: Final = 15.0  # between two signs of life, for what stands in between
LONGEST_S: Final = 1_800.0  # then whoever follows it asks again
STILL_THERE: Final = b": still at it\n\n"


class ReportFrames:
    """What a stream says where it breaks off."""

    def said(self, pieces: Sequence[Piece]) -> bytes:  # noqa: ARG002  no words of a model come here
        return b""

    def ended(self, usage: Usage, about: bytes) -> bytes:  # noqa: ARG002
        return b""

    def failed(self, failure: Failure) -> bytes:
        problem = {"type": f"urn:ratchet:problem:{failure.code}", "status": failure.status, "detail": failure.message}
        return _event("error", msgspec.json.encode(problem))


async def progress_of(its: Reports, found: ReportRecord) -> AsyncGenerator[bytes, None]:
    """Raises NoReportError where it is deleted meanwhile."""
    told, silent, waited = found.state, 0.0, 0.0
    yield _about(found)
    while is_under_way(found) and waited < LONGEST_S:
        await asyncio.sleep(LOOK_EVERY_S)
        waited, silent = waited + LOOK_EVERY_S, silent + LOOK_EVERY_S
        found = await its.get(found.tenant, found.id)
        if found.state != told:
            told, silent = found.state, 0.0
            yield _about(found)
        elif silent >= STILL_THERE_S:
            silent = 0.0
            yield STILL_THERE


def _about(found: ReportRecord) -> bytes:
    name = found.state if found.state in ("ready", "failed") else "progress"
    return _event(name, msgspec.json.encode(view(found)))


def _event(name: str, body: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), body)
