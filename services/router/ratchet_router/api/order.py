"""HTTP in: what feedback has taught of the order of passages, whether it is used, and an end to it."""

from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_router.grounding.order.features import FEATURES
from ratchet_router.grounding.order.learned import Learned
from ratchet_router.grounding.order.store import MongoOrderStore

routes = APIRouter(prefix="/api/documents", tags=["documents"])


class VersionView(BaseModel):
    version: int
    used: bool = Field(description="it was better than the order of the searches on feedback that was held out")
    why: str
    questions: int = Field(description="that were held out, each once")
    searches: float = Field(description="mean of 1/place of the first passage that an answer rested on, as searched")
    learned: float = Field(description="the same in the learned order")
    low: float = Field(description="of the difference; the interval is of 99 %")
    high: float
    fitted_at: datetime
    weights: dict[str, float] = Field(description="by what of a passage; empty: of features that are no more")


class OrderView(BaseModel):
    on: bool = Field(description="false: somebody switched it off, and the order of the searches stands")
    used: bool = Field(description="passages are put in order by the newest version")
    heard: int = Field(description="answers that people spoke of since the newest version")
    versions: list[VersionView] = Field(description="the newest first, ten at most")


class Switch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: bool


class Forgotten(BaseModel):
    deleted: int = Field(description="answers from which it had been learned, or might have been")


@routes.get("/order", response_model=OrderView)
async def learned_order(request: Request, caller: MayRead) -> Any:
    """What the tenant's feedback has taught of which passages come first. A tenant's own feedback alone has a say."""
    return await _view(_its(request), caller.tenant)


@routes.put("/order", response_model=OrderView)
async def switch_learned_order(body: Switch, request: Request, caller: MayOperate) -> Any:
    """Every replica follows within 4 s. What is learned meanwhile is kept, and not used while it is off."""
    its = _its(request)
    await its.switch(caller.tenant, on=body.on)
    return await _view(its, caller.tenant)


@routes.delete("/order", response_model=Forgotten)
async def forget_learned_order(request: Request, caller: MayOperate) -> Any:
    """All versions go, and the numbers that they were learned from. Whether it is on stays as it is."""
    return {"deleted": await _its(request).forget(caller.tenant)}


async def _view(its: MongoOrderStore, tenant: str) -> dict[str, Any]:
    told, versions, heard = await its.known(tenant)
    last = told.last
    return {
        "on": told.on,
        "used": told.on and last is not None and last.used and last.fits,
        "heard": heard,
        "versions": [_version(one) for one in versions],
    }


def _version(one: Learned) -> dict[str, Any]:
    weights = dict(zip(FEATURES, one.weights, strict=True)) if one.fits else {}
    return msgspec.structs.asdict(one) | {"weights": weights}


def _its(request: Request) -> MongoOrderStore:
    its: MongoOrderStore = request.app.state.orders
    return its
