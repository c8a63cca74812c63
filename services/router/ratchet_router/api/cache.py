"""HTTP in: what the cache has saved, and an end to what it keeps."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_router.api.parts import TheParts
from ratchet_router.cache import NANO
from ratchet_router.epochs import Drop
from ratchet_router.store import MongoRouterStore

Named = Annotated[str, Field(min_length=1, max_length=200)]

routes = APIRouter(prefix="/api/cache", tags=["cache"])


class CacheStats(BaseModel):
    """Entries and their hits: of what is kept now. Rate and savings: since the beginning."""

    total_entries: int
    total_hits: int
    avg_hits_per_entry: float
    hit_rate: float = Field(description="hits of all look-ups, 0 to 1")
    saved_usd: float


class What(BaseModel):
    model_config = ConfigDict(extra="forbid")

    template: Named | None = Field(None, description="its id, or its name with the version, such as `minutes_v2`")
    version: Named | None = Field(None, description="the id of a version, or the name of a model")


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
async def clear(request: Request, caller: MayOperate, what: Annotated[What, Query()]) -> Any:
    """The tenant's entries that match all that is named; all of them where nothing is. Every replica stops using them
    within 2 s, and does not keep for later what was under way.
    """
    store: MongoRouterStore = request.app.state.store
    deleted = await store.drop(caller.tenant, Drop(what.template, what.version))
    await request.app.state.refresh()
    return {"deleted": deleted}
