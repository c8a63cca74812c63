"""HTTP in: reports for an analyst."""

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from ratchet_common.auth import MayGenerate
from ratchet_common.problems import documented
from ratchet_figures.figure import CannotComputeError
from ratchet_router.api.batches import IdempotencyKey
from ratchet_router.api.event_stream import EventStream
from ratchet_router.api.portfolio_body import WrongPortfolioError
from ratchet_router.api.report_body import GivenTwiceError, NewReport
from ratchet_router.api.report_events import ReportFrames, progress_of
from ratchet_router.api.report_views import ID, ReportPage, ReportView, Shown, is_under_way, view, whole
from ratchet_router.once import once
from ratchet_router.reporting.reading import Prices, doubles_of, prices_in
from ratchet_router.reporting.record import plot_name
from ratchet_router.reporting.reports import Reports

routes = APIRouter(prefix="/api/reports", tags=["reports"])
ReportId = Annotated[str, Path(pattern=ID)]
Form: TypeAlias = Literal["json", "markdown", "html", "pdf"]
MEDIA: Final[dict[Form, str]] = {
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_UNWANTED: Final = re.compile(r"(?:^|;)q=0(?:\.0*)?(?:;|$)")
PICTURES: Final = {"svg": "image/svg+xml", "png": "image/png"}
# A page opened from here runs nothing and loads nothing, whatever a document has put into its words.
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "Cache-Control": "private, no-store",
}


@routes.post("", status_code=202, response_model=ReportView, responses=documented(409, 413, 429))
async def ask_for_report(
    body: NewReport, request: Request, caller: MayGenerate, idempotency_key: IdempotencyKey = None
) -> Any:
    """Kept when this is answered, and made by workers: figures are computed from what is given, the question is
    answered from documents and figures, and every figure of the answer is checked.
    """
    raw = await request.body()
    key = once(request.headers, caller.tenant, request.url.path, raw) if idempotency_key else None
    doubles = await doubles_of(raw, request.app.state.workers)
    if doubles.wrong:
        raise GivenTwiceError(doubles.wrong)
    taken = await _its(request).take(body.wanted(await _prices(body, request), doubles.same), caller, key)
    request.app.state.poke_reports()
    return view(taken)


@routes.get("", response_model=ReportPage)
async def list_reports(
    request: Request,
    caller: MayGenerate,
    state: Shown | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(pattern=ID, description="the `next` of the page before")] = None,
) -> Any:
    """Newest first."""
    found = await _its(request).listed(caller.tenant, state=state, after=cursor or "", limit=limit + 1)
    return {"items": [view(one) for one in found[:limit]], "next": found[limit - 1].id if len(found) > limit else None}


@routes.get(
    "/{report_id}",
    response_class=Response,
    responses={
        **documented(404, 409),
        200: {"content": {media: {} for media in MEDIA.values()}, "description": "The report, in one of its forms."},
        202: {"model": ReportView, "description": "It is being made (JSON alone)."},
    },
)
async def get_report(
    report_id: ReportId,
    request: Request,
    caller: MayGenerate,
    form: Annotated[Form | None, Query(description="else by the header Accept; without either JSON")] = None,
) -> Response:
    """JSON says how far it is, too: `state`, `refusal` where it failed, and, once it is `ready`, all that it says. The
    other forms are refused until then: 409 `not-ready`, or `report-failed`.
    """
    its, wanted = _its(request), form or accepted(request.headers.get("accept", ""))
    if wanted != "json":
        return Response(await its.page(caller.tenant, report_id, wanted), media_type=MEDIA[wanted], headers=SAFE)
    found = await its.get(caller.tenant, report_id)
    if found.state == "ready":
        content = whole(found, await its.page(caller.tenant, report_id, "json"))
        return Response(content, media_type=MEDIA["json"], headers=SAFE)
    status, headers = (202, {"Retry-After": "1"}) if is_under_way(found) else (200, {})
    return Response(msgspec.json.encode(view(found)), status, headers | SAFE, MEDIA["json"])


@routes.get(
    "/{report_id}/events",
    response_class=Response,
    responses={**documented(404), 200: {"content": {"text/event-stream": {}}, "description": "Its progress."}},
)
async def report_events(report_id: ReportId, request: Request, caller: MayGenerate) -> Response:
    """Events `progress`, each with how far it is, and at the end `ready` or `failed`."""
    its = _its(request)
    found = await its.get(caller.tenant, report_id)
    frames = ReportFrames()
    return EventStream(progress_of(its, found), frames, {}, request.app.state.callers)


@routes.get(
    "/{report_id}/plots/{plot}",
    response_class=Response,
    responses={
        **documented(404, 409),
        200: {"content": {media: {} for media in PICTURES.values()}, "description": "The picture."},
    },
)
async def report_plot(
    report_id: ReportId,
    plot: Annotated[str, Path(pattern=r"^[0-9a-z.]{1,12}$", description="`1.svg`, `2.png`: numbered from 1")],
    request: Request,
    caller: MayGenerate,
) -> Response:
    """A plot alone; its Vega-Lite specification stands in the report's JSON."""
    number, _, form = plot.partition(".")
    content = await _its(request).page(caller.tenant, report_id, plot_name(number, form))
    return Response(content, media_type=PICTURES.get(form), headers=SAFE)


@routes.delete("/{report_id}", status_code=202, response_model=ReportView, responses=documented(404))
async def delete_report(report_id: ReportId, request: Request, caller: MayGenerate) -> Any:
    """What was asked, and all of its pages, go; one that is being made is stopped."""
    gone = await _its(request).delete(caller.tenant, report_id)
    return view(gone)


async def _prices(body: NewReport, request: Request) -> Prices:
    """Raises WrongPortfolioError, WorkerDiedError, DeadlyWorkError."""
    if body.portfolio is None or body.portfolio.prices_csv is None:
        return {}
    try:
        return await prices_in(body.portfolio.prices_csv, request.app.state.workers)
    except CannotComputeError as error:
        raise WrongPortfolioError("prices_csv", str(error).rstrip(".")) from None


def accepted(header: str) -> Form:
    """The first known form that the header names; JSON where it names none."""
    for part in header.split(","):
        media, _, how = part.replace(" ", "").casefold().partition(";")
        if _UNWANTED.search(how):
            continue
        for form, its in MEDIA.items():
            if media and media == its.partition(";")[0]:
                return form
    return "json"


def _its(request: Request) -> Reports:
    its: Reports = request.app.state.reports
    return its
