"""Test suites over HTTP."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_trainer.api.parameters import Cursor, Limit, name_of
from ratchet_trainer.data import Data
from ratchet_trainer.store.suites import MongoSuiteStore
from ratchet_trainer.suites.bringing import KeptSuite, bring
from ratchet_trainer.suites.reading import encoded

routes = APIRouter(prefix="/api/models/suites", tags=["evaluations"])

SuiteId = Annotated[str, Path(pattern=r"^[a-z0-9._-]{1,64}-[0-9a-f]{12}$")]
JSON = "application/json"
SUITE = {"content": {JSON: {"schema": {"type": "object"}}}, "required": True}


class SuiteView(BaseModel):
    suite_id: str = Field(description="its name and its content's")
    name: str
    task_type: str
    cases: int
    tags: dict[str, int] = Field(description="cases by tag and document type")
    pii_found: dict[str, int] = Field(description="private values that were taken out of it, by kind")
    created_at: datetime
    made_by: str


class Suites(BaseModel):
    items: list[SuiteView]
    next: str | None


@routes.post("", status_code=201, responses=documented(413), openapi_extra={"requestBody": SUITE})
async def bring_suite(request: Request, caller: MayOperate) -> SuiteView:
    """As `docs/evaluations.md` describes it. Private data is taken out of it; brought again, it is the same one."""
    data: Data = request.app.state.data
    body, who = await request.body(), name_of(caller)
    kept = await bring(
        body, caller.tenant, who, datetime.now(UTC), prepare=data.collector.prepare, suites=_store(request)
    )
    return _view(kept)


@routes.get("")
async def list_suites(
    caller: MayRead,
    request: Request,
    name: Annotated[str | None, Query(max_length=100, description="only those of this name")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Suites:
    found, after = await _store(request).list(caller.tenant, name=name, limit=limit, cursor=cursor)
    return Suites(items=[_view(kept) for kept in found], next=after)


@routes.get("/{suite_id}", responses=documented(404))
async def get_suite(suite_id: SuiteId, caller: MayRead, request: Request) -> SuiteView:
    kept, _ = await _store(request).get(caller.tenant, suite_id)
    return _view(kept)


@routes.get(
    "/{suite_id}/content",
    response_class=Response,
    responses=documented(404) | {200: {"content": {JSON: {}}, "description": "The suite, as it could be brought."}},
)
async def get_suite_content(suite_id: SuiteId, caller: MayRead, request: Request) -> Response:
    """Scrubbed, as it is stored."""
    _, suite = await _store(request).get(caller.tenant, suite_id)
    return Response(encoded(suite), media_type=JSON)


def _store(request: Request) -> MongoSuiteStore:
    store: MongoSuiteStore = request.app.state.suites
    return store


def _view(kept: KeptSuite) -> SuiteView:
    return SuiteView(
        suite_id=kept.suite_id,
        name=kept.name,
        task_type=kept.task_type,
        cases=kept.cases,
        tags=dict(kept.tags),
        pii_found=dict(kept.pii),
        created_at=kept.created_at,
        made_by=kept.made_by,
    )
