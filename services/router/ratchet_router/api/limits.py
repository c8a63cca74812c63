"""HTTP in: what a caller may still spend and ask for."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_router.limits.admission import Admission, Standing
from ratchet_router.limits.allowances import NANO, Measure
from ratchet_router.limits.subjects import Who

routes = APIRouter(prefix="/api/limits", tags=["limits"])


class LimitView(BaseModel):
    """In USD, requests or tokens."""

    subject: Literal["tenant", "key", "user"]
    measure: Literal["usd", "requests", "tokens"]
    period: Literal["day", "month", "minute"]
    limit: float
    left: float
    resets_at: datetime = Field(description="when a budget is new, or a rate full again if nothing more is asked")


class Limits(BaseModel):
    items: list[LimitView]
    next: str | None


@routes.get("", response_model=Limits)
async def limits(
    request: Request, caller: MayRead, user: Annotated[str | None, Query(min_length=1, max_length=200)] = None
) -> Any:
    """Of the caller's tenant, of the key that asks, and of `user`. What is not listed has no limit.

    What other replicas hold and do not use counts as used for a few seconds.
    """
    admission: Admission = request.app.state.admission
    return {"items": [_view(one) for one in await admission.standing(Who.of(caller, user))], "next": None}


def _view(one: Standing) -> dict[str, Any]:
    allowance = one.allowance
    in_usd = allowance.measure is Measure.COST
    return {
        "subject": allowance.subject,
        "measure": "usd" if in_usd else allowance.measure.name.lower(),
        "period": allowance.period,
        "limit": _amount(allowance.limit, in_usd=in_usd),
        "left": _amount(one.left, in_usd=in_usd),
        "resets_at": datetime.fromtimestamp(one.resets_at, UTC),
    }


def _amount(amount: int, *, in_usd: bool) -> float:
    return round(float(Decimal(amount) / NANO), 6) if in_usd else float(amount)
