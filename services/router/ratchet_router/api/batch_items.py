"""HTTP in: one request of a batch that nobody has to put together: it shares one with others that came alone."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ratchet_common.auth import MayGenerate
from ratchet_common.problems import documented
from ratchet_router.api.batches import BatchEndpoint, IdempotencyKey
from ratchet_router.api.given import GivenBody
from ratchet_router.batches.batch import OVER
from ratchet_router.batches.singles import Singles, Standing, WantedSingle
from ratchet_router.once import once

routes = APIRouter(prefix="/api/batches/items", tags=["batches"])
ItemId = Annotated[str, Path(pattern="^item_[0-9a-f]{24}$")]
EXAMPLE: dict[str, JsonValue] = {
    "request": {"task_type": "classification", "document_text": "Please send it.", "labels": ["request"]}
}


class NewItem(GivenBody):
    """`request` is the body that the endpoint takes; what is wrong with it is said at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    endpoint: BatchEndpoint = "/api/generate"
    request: dict[str, Any]
    custom_id: str = Field("", max_length=512, description="yours; it comes back with the result")
    callback_url: str = Field(
        "", max_length=2_000, description="told by a signed POST when its batch is over, up to 8 times"
    )


class ItemView(BaseModel):
    """`response` or `error` once it has one of them, as OpenAI's batches have them."""

    id: str
    custom_id: str | None
    endpoint: str
    status: Literal["waiting", "in_progress", "completed", "failed"] = Field(
        description="waiting: for others to share a batch with"
    )
    batch_id: str | None
    response: dict[str, Any] | None
    error: dict[str, Any] | None
    cost_usd: float
    created_at: datetime
    callback: Literal["", "waiting", "delivered", "given_up", "refused"] = Field(description="empty: none, or not yet")


@routes.post("", status_code=202, response_model=ItemView, responses=documented(400, 404))
async def create_item(
    body: NewItem, request: Request, caller: MayGenerate, idempotency_key: IdempotencyKey = None
) -> Any:
    """Kept when this is answered. It goes out with others of the same key, endpoint and model, at the price of a batch,
    once there are enough of them or it has waited long enough.
    """
    wanted = WantedSingle(
        endpoint=body.endpoint,
        body=msgspec.json.encode(body.request),
        custom_id=body.custom_id,
        callback=body.callback_url,
        once=once(request.headers, caller.tenant, request.scope["path"], await request.body())
        if idempotency_key is not None
        else None,
    )
    return view(await _its(request).take(wanted, caller, datetime.now(UTC)))


@routes.get("/{item_id}", response_model=ItemView, responses=documented(404))
async def get_item(item_id: ItemId, request: Request, caller: MayGenerate) -> Any:
    """How far it is, and its result."""
    return view(await _its(request).get(caller.tenant, item_id))


def view(standing: Standing) -> dict[str, Any]:
    single, item = standing.single, standing.item
    said = msgspec.json.decode(item.said) if item is not None and item.said else {"response": None, "error": None}
    if standing.wrong is not None:
        wrong = standing.wrong
        said["error"] = {"code": wrong.code, "message": wrong.message, "param": wrong.param, "line": None}
    return {
        "id": single.id,
        "custom_id": single.custom_id or None,
        "endpoint": single.endpoint,
        "status": _status(standing),
        "batch_id": single.batch or None,
        "response": said["response"],
        "error": said["error"],
        "cost_usd": round(float(item.cost_usd), 6) if item is not None else 0.0,
        "created_at": single.created_at,
        "callback": single.told,
    }


def _status(standing: Standing) -> str:
    if not standing.single.batch:
        return "waiting"
    if standing.item is not None and standing.item.state != "waiting":
        return "completed" if standing.item.state == "ok" else "failed"
    return "failed" if standing.batch is None or standing.batch.status in OVER else "in_progress"


def _its(request: Request) -> Singles:
    its: Singles = request.app.state.singles
    return its
