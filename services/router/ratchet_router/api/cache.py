"""HTTP in: what the cache has saved, and an end to what it keeps."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_router.api.parts import TheParts
from ratchet_router.cache import NANO
from ratchet_router.store import MongoRouterStore

routes = APIRouter(prefix="/api/cache", tags=["cache"])


class CacheStats(BaseModel):
    """Entries and their hits: of what is kept now. Rate and savings: since the beginning."""

    total_entries: int
    total_hits: int
    avg_hits_per_entry: float
    hit_rate: float = Field(description="hits of all look-ups, 0 to 1")
    saved_usd: float


class Cleared(BaseModel):
    deleted: int


@routes.get("/stats", response_model=CacheStats)
async def stats(request: Request, caller: MayRead, parts: TheParts) -> Any:
    store: MongoRouterStore = request.app.state.store
    await parts.cache.flush()
    entries, hits_of_entries = await store.entries(caller.tenant)
    tally = await store.tally(caller.tenant)
    looked_up = tally.hits + tally.misses
    return {
        "total_entries": entries,
        "total_hits": hits_of_entries,
        "avg_hits_per_entry": round(hits_of_entries / entries, 6) if entries else 0.0,
        "hit_rate": round(tally.hits / looked_up, 6) if looked_up else 0.0,
        "saved_usd": round(tally.saved_nano / NANO, 6),
    }


@routes.delete("", response_model=Cleared)
async def clear(request: Request, caller: MayOperate, parts: TheParts) -> Any:
    """Every replica stops using the tenant's entries within 2 s."""
    store: MongoRouterStore = request.app.state.store
    deleted = await store.clear_cache(caller.tenant)
    await parts.snapshot.refresh(store)
    parts.cache.drop_all(caller.tenant)
    return {"deleted": deleted}
