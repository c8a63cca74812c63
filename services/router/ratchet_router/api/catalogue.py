"""HTTP in: what the catalogue says of the models that may answer."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from ratchet_common.auth import MayRead
from ratchet_router.api.parts import TheParts
from ratchet_router.catalogue import CEILINGS, Model

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


class ModelView(BaseModel):
    name: str
    provider: str
    tier: Literal["fast", "balanced", "premium"]
    ceiling: float
    context_window: int
    capabilities: list[str]
    prices: PricesView
    expected_quality: dict[str, float]
    expected_latency_ms: float
    simulated: bool


class Listed(BaseModel):
    items: list[ModelView]
    next: str | None


@routes.get("/catalogue", response_model=Listed)
async def catalogue(_: MayRead, parts: TheParts) -> Any:
    return {"items": [shown(model) for model in parts.catalogue.models.values()], "next": None}


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
