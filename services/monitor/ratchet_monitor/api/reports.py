"""Reports of a day, week, month or quarter."""

import asyncio
from datetime import date
from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ratchet_common.auth import MayRead
from ratchet_common.pages.page import POLICY
from ratchet_monitor.api.asking import Store
from ratchet_monitor.hours import Keeping
from ratchet_monitor.intake import utc_now
from ratchet_monitor.reports.gathering import report_on
from ratchet_monitor.reports.pages import html, markdown
from ratchet_monitor.reports.report import Report
from ratchet_monitor.reports.spans import Rhythm, span_at

PAGES: Final = {"html": (html.page, "text/html"), "md": (markdown.page, "text/markdown")}
HEADERS: Final = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}

routes = APIRouter(prefix="/api/models/reports", tags=["reports"])


@routes.get(
    "/{rhythm}",
    response_model=Report,
    responses={200: {"content": {kind: {} for _, kind in PAGES.values()}, "description": "It, as it was asked for."}},
)
async def show_report(
    caller: MayRead,
    store: Store,
    request: Request,
    rhythm: Rhythm,
    at: Annotated[
        date | None, Query(description="A day by UTC of the period; left out: the last period that is over")
    ] = None,
    format_: Annotated[Literal["json", "md", "html"], Query(alias="format")] = "json",
) -> Report | Response:
    """Volume, quality, cost, latency and failures beside the period before, with what is sure of the changes; drift,
    alerts, experiments and prompts. Weeks begin on Monday, days at midnight, by UTC."""
    now, keeping = utc_now(), cast("Keeping", request.app.state.keeping)
    report = await report_on(span_at(rhythm, at, now), caller.tenant, store, keeping, now)
    if format_ == "json":
        return report
    page, kind = PAGES[format_]
    return Response(await asyncio.to_thread(page, report), media_type=kind, headers=HEADERS)
