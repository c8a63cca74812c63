"""HTTP in: batches of requests for a task, or of chats, without a file."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ratchet_common.auth import MayGenerate
from ratchet_common.problems import documented
from ratchet_router.api.batch_views import price_of
from ratchet_router.api.given import GivenBody
from ratchet_router.batches.batch import Batch, Counts, Item
from ratchet_router.batches.creating import Batches, Wanted
from ratchet_router.once import once

routes = APIRouter(prefix="/api/batches", tags=["batches"])
BatchId = Annotated[str, Path(pattern="^batch_[0-9a-f]{24}$")]
BatchEndpoint = Literal["/api/generate", "/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/messages"]
IdempotencyKey = Annotated[
    str | None, Header(max_length=255, description="the same key and body: the same answer, and nothing is made twice")
]
Short = Annotated[str, Field(min_length=1, max_length=512)]
EXAMPLE: dict[str, JsonValue] = {
    "items": [
        {
            "custom_id": "mail-1",
            "request": {"task_type": "classification", "document_text": "Please send it.", "labels": ["request"]},
        }
    ]
}


class BatchItem(GivenBody):
    """`request` is the body that the endpoint takes; one that is wrong fails alone."""

    custom_id: Short
    request: dict[str, Any]


class NewBatch(GivenBody):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    endpoint: BatchEndpoint = "/api/generate"
    items: list[BatchItem] = Field(min_length=1, max_length=100_000)
    metadata: dict[Annotated[str, Field(max_length=64)], Short] = Field({}, max_length=16)
    callback_url: str = Field(
        "", max_length=2_000, description="told by a signed POST when the batch is over, up to 8 times"
    )


class CountsView(BaseModel):
    total: int
    completed: int
    failed: int


class BatchView(BaseModel):
    id: str
    endpoint: str
    status: Literal[
        "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled"
    ]
    price: Literal["", "batch", "full", "mixed"] = Field(
        description="batch: half, by the providers' batch APIs; full: one by one; mixed; empty: not known yet"
    )
    counts: CountsView
    cost_usd: float = Field(description="so far")
    created_at: datetime
    expires_at: datetime
    metadata: dict[str, str]
    callback: Literal["", "waiting", "delivered", "given_up", "refused"] = Field(description="empty: none, or not yet")


class BatchPage(BaseModel):
    items: list[BatchView]
    next: str | None


class ResultView(BaseModel):
    """`response` or `error`, as OpenAI's batches have them: the status and the body that a request alone would get."""

    line: int
    custom_id: str | None
    state: Literal["ok", "failed"]
    response: dict[str, Any] | None
    error: dict[str, Any] | None


class ResultPage(BaseModel):
    items: list[ResultView]
    next: int | None = Field(description="for `after`")


@routes.post("", status_code=201, response_model=BatchView, responses=documented(400))
async def create_batch(
    body: NewBatch, request: Request, caller: MayGenerate, idempotency_key: IdempotencyKey = None
) -> Any:
    """Answered within a day, at half the price where the provider has a batch API."""
    its, now = _its(request), datetime.now(UTC)
    key = (
        once(request.headers, caller.tenant, request.scope["path"], await request.body())
        if idempotency_key is not None
        else None
    )
    if (before := await its.made_before(key)) is not None:
        return view(before, await its.counts(before))
    file = await its.keep(caller, "items.jsonl", _lines(body), now, key)
    wanted = Wanted(file.id, body.endpoint, metadata=body.metadata, callback=body.callback_url, once=key)
    batch = await its.create(wanted, caller, now)
    request.app.state.poke_batches()
    return view(batch, Counts(len(body.items)))


@routes.get("", response_model=BatchPage, responses=documented(404))
async def list_batches(
    request: Request,
    caller: MayGenerate,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=100, description="the `next` of the page before")] = None,
) -> Any:
    """Newest first."""
    its = _its(request)
    found = await its.listed(caller.tenant, after=cursor, limit=limit + 1)
    items = [view(batch, await its.counts(batch)) for batch in found[:limit]]
    return {"items": items, "next": found[limit - 1].id if len(found) > limit else None}


@routes.get("/{batch_id}", response_model=BatchView, responses=documented(404))
async def get_batch(batch_id: BatchId, request: Request, caller: MayGenerate) -> Any:
    its = _its(request)
    batch = await its.get(caller.tenant, batch_id)
    return view(batch, await its.counts(batch))


@routes.post("/{batch_id}/cancel", response_model=BatchView, responses=documented(404))
async def cancel_batch(batch_id: BatchId, request: Request, caller: MayGenerate) -> Any:
    """What is answered already stays, and is paid for."""
    its = _its(request)
    batch = await its.cancel(caller.tenant, batch_id, datetime.now(UTC))
    request.app.state.poke_batches()
    return view(batch, await its.counts(batch))


@routes.get("/{batch_id}/results", response_model=ResultPage, responses=documented(404))
async def batch_results(
    batch_id: BatchId,
    request: Request,
    caller: MayGenerate,
    after: Annotated[int, Query(ge=0, le=10**9, description="the `next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Any:
    """Those that are there, in the order of the requests. While the batch is under way earlier ones may still come."""
    its = _its(request)
    batch = await its.get(caller.tenant, batch_id)
    found = await its.page(batch, after=after, limit=limit + 1)
    items = [_result(item) for item in found[:limit]]
    return {"items": items, "next": found[limit - 1].line if len(found) > limit else None}


def view(batch: Batch, counts: Counts) -> dict[str, Any]:
    return {
        "id": batch.id,
        "endpoint": batch.endpoint,
        "status": batch.shown_status,
        "price": price_of(batch.portions),
        "counts": {"total": counts.total, "completed": counts.completed, "failed": counts.failed},
        "cost_usd": round(float(counts.cost_usd), 6),
        "created_at": batch.created_at,
        "expires_at": batch.expires_at,
        "metadata": batch.metadata,
        "callback": batch.told,
    }


def _its(request: Request) -> Batches:
    its: Batches = request.app.state.batches
    return its


async def _lines(body: NewBatch) -> AsyncGenerator[bytes, None]:
    for item in body.items:
        yield _line(item, body.endpoint)


def _line(item: BatchItem, endpoint: str) -> bytes:
    said = {"custom_id": item.custom_id, "method": "POST", "url": endpoint, "body": item.request}
    return msgspec.json.encode(said) + b"\n"


def _result(item: Item) -> dict[str, Any]:
    said = msgspec.json.decode(item.said)
    known = {"line": item.line, "custom_id": said["custom_id"], "state": item.state}
    return known | {"response": said["response"], "error": said["error"]}
