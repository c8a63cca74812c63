"""HTTP in: who and what a tenant's documents speak of."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from ratchet_common.auth import MayGenerate
from ratchet_documents.graph import MOST_HOPS, Kind, as_svg
from ratchet_router.api.document_views import ID
from ratchet_router.api.graph_views import GraphView, Shown, view
from ratchet_router.api.own_period import OWN_PERIOD, own_period
from ratchet_router.graph.asked import Asked
from ratchet_router.graph.looking import Cursor, Looking, centred

routes = APIRouter(prefix="/api/documents", tags=["documents"])
SVG: Final = "image/svg+xml"
NOTHING_RUNS: Final = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
CURSOR: Final = r"^doc_[0-9a-f]{32}:[0-9]{1,6}$"


@routes.get(
    "/graph",
    response_model=GraphView,
    responses={
        200: {"content": {SVG: {"schema": {"type": "string"}}}, "description": "The graph, or a picture of it."}
    },
)
async def documents_graph(
    request: Request,
    caller: MayGenerate,
    document: Annotated[str | None, Query(pattern=ID, description="of this document alone")] = None,
    entity: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="around it: a name, or an id such as company:apple"),
    ] = None,
    kind: Annotated[Kind | None, Query(description="relations of such entities alone")] = None,
    company: Annotated[
        str | None, Query(min_length=1, max_length=200, description="of it, or in its documents")
    ] = None,
    period: Annotated[
        str | None,
        AfterValidator(own_period),
        Query(json_schema_extra={"pattern": OWN_PERIOD}, description="as 2022-Q3 or 2022"),
    ] = None,
    depth: Annotated[int, Query(ge=0, le=MOST_HOPS, description="how many relations away from the entity")] = 1,
    limit: Annotated[int, Query(ge=1, le=1_000, description="relations; around an entity 500 at most")] = 200,
    cursor: Annotated[str | None, Query(pattern=CURSOR, description="the `next` of the page before")] = None,
    format: Annotated[  # noqa: A002  as the query calls it
        Shown | None, Query(description="svg: a picture of up to 60 entities; default: as Accept asks, else json")
    ] = None,
) -> Any:
    """Page by page, the newest documents first, or around one entity: entities, relations between them, and on which
    pages of which documents they stand.
    """
    asked = Asked(document or "", entity or "", kind, company or "", period or "")
    looking: Looking = request.app.state.graph
    if asked.entity:
        seen = await looking.around(caller.tenant, asked, depth, limit)
    else:
        seen = await looking.page(caller.tenant, asked, _cursor(cursor), limit)
    if (format or _accepted(request)) == "svg":
        picture = await request.app.state.workers.run(as_svg, centred(seen), _title(asked), seen.notes)
        return Response(picture, media_type=SVG, headers=NOTHING_RUNS)
    return view(seen)


def _cursor(said: str | None) -> Cursor:
    document, _, behind = (said or "").partition(":")
    return Cursor(document, int(behind or 0))


def _accepted(request: Request) -> Shown:
    """By the media types that it names: a browser that takes anything gets JSON."""
    return "svg" if SVG in request.headers.get("accept", "").split("application/json")[0] else "json"


def _title(asked: Asked) -> str:
    about = asked.entity or asked.company or asked.document
    return f"Around {about}" if about else "What the documents speak of"
