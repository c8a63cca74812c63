"""HTTP in: what the catalogue says of the models that may answer."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from ratchet_catalogue.catalogue import CEILINGS, Model
from ratchet_common.auth import MayRead
from ratchet_router.api.parts import TheParts
from ratchet_router.snapshot import Snapshot

routes = APIRouter(prefix="/api/models", tags=["models"])


class PricesView(BaseModel):
    """USD per million tokens; null: as the kind that it is a part of. Thresholds and batches are not shown."""

    input: float
    output: float
    cached: float
    cache_written: float | None = None
    cache_written_long: float | None = None
    reasoning: float | None = None
    image: float | None = None
    audio: float | None = None
    output_audio: float | None = None
    output_image: float | None = None
    cached_image: float | None = None
    cached_audio: float | None = None


class MeasuredView(BaseModel):
    """What feedback has shown of the answers to one task: their mean score, 0 to 1, and where it lies for 95 %."""

    task_type: str
    score: float
    n: int
    interval: tuple[float, float]


class ModelView(BaseModel):
    """`measured` and `resting` are known of a running router alone. A model that rests has just failed too often."""

    name: str
    provider: str
    tier: Literal["fast", "balanced", "premium"]
    ceiling: float
    context_window: int
    capabilities: list[str]
    prices: PricesView
    expected_quality: dict[str, float]
    measured: list[MeasuredView] = []
    resting: bool = False
    expected_latency_ms: float
    simulated: bool


class Listed(BaseModel):
    items: list[ModelView]
    next: str | None


@routes.get("/catalogue", response_model=Listed)
async def catalogue(caller: MayRead, parts: TheParts) -> Any:
    down = parts.around.breakers.down()
    items = [
        shown(model) | {"measured": measured(parts.snapshot, caller.tenant, name), "resting": name in down}
        for name, model in parts.catalogue.of(caller.tenant).models.items()
    ]
    return {"items": items, "next": None}


def measured(snapshot: Snapshot, tenant: str, model: str) -> list[dict[str, Any]]:
    return [
        {"task_type": told.task_type, "score": told.score, "n": told.n, "interval": told.interval}
        for told in snapshot.measurements(tenant, model)
    ]


def shown(model: Model) -> dict[str, Any]:
    prices = model.prices.given()
    return {
        "name": model.name,
        "provider": model.provider,
        "tier": model.tier,
        "ceiling": CEILINGS[model.tier],
        "context_window": model.context_window,
        "capabilities": model.capabilities,
        "prices": {"cached": prices["input"]} | prices,
        "expected_quality": model.quality,
        "expected_latency_ms": model.latency_ms,
        "simulated": model.provider == "simulated",
    }
