"""Alerts that are open, wait to open, or are over; and what was sent of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from ratchet_common.auth import MayRead
from ratchet_common.errors import NotFoundError
from ratchet_monitor.alerts.alert import Alert, What
from ratchet_monitor.alerts.condition import Severity
from ratchet_monitor.alerts.delivery import Delivery, State
from ratchet_monitor.api.asking import Store

HEX = "^([0-9a-f]{2})*$"
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str, Query(max_length=1000, pattern=HEX, description="The `next` of the page before")]
AlertId = Annotated[str, Path(pattern="^[0-9a-f]{24}$")]

routes = APIRouter(prefix="/api/models", tags=["alerts"])


class NoSuchAlertError(NotFoundError):
    type = "unknown-alert"
    title = "There is no such alert"


@dataclass(frozen=True, slots=True)
class ChangeView:
    revision: int
    what: What
    at: datetime
    severity: Severity
    sentence: str
    who: str
    why: str
    step: int


@dataclass(frozen=True, slots=True)
class AlertView:
    """`revision` grows by one with each change; `numbers` are those of when its condition held last."""

    alert_id: str
    kind: str
    source: str
    subject: str
    task_type: str | None
    severity: Severity
    state: str
    holds: bool
    sentence: str
    numbers: dict[str, float]
    labels: dict[str, str]
    since: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    escalated_minutes: int
    revision: int
    history: list[ChangeView]


@dataclass(frozen=True, slots=True)
class AlertPage:
    items: list[AlertView]
    next: str | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    delivery_id: str
    receiver_id: str
    group: str
    alerts: list[str]
    state: State
    tries: int
    error: str
    made_at: datetime
    due_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    items: list[DeliveryView]
    next: str | None


@routes.get("/alerts", include_in_schema=True)
@routes.get("/performance/alerts")
async def list_alerts(
    caller: MayRead,
    store: Store,
    state: Annotated[
        Literal["open", "pending", "closed"], Query(description="One that is pending may never open")
    ] = "open",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> AlertPage:
    """What changed last comes first."""
    found = await store.alerts.page(caller.tenant, state, _place(cursor), limit + 1)
    shown = found[:limit]
    return AlertPage([view(one) for _, one in shown], _hex(shown[-1][0]) if len(found) > limit else None)


@routes.get("/alerts/deliveries")
async def list_deliveries(
    caller: MayRead,
    store: Store,
    state: Annotated[Literal["", "waiting", "delivered", "failed"], Query(description="All if left out")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> DeliveryPage:
    """What was sent to receivers, or could not be; the latest first, of the last 30 days."""
    found = await store.deliveries.page(caller.tenant, state, _place(cursor), limit + 1)
    shown = found[:limit]
    return DeliveryPage([_delivery(one) for _, one in shown], _hex(shown[-1][0]) if len(found) > limit else None)


def view(one: Alert) -> AlertView:
    return AlertView(
        alert_id=one.alert_id,
        kind=one.kind,
        source=one.source,
        subject=one.subject,
        task_type=one.task_type,
        severity=one.severity,
        state=one.state,
        holds=one.holds,
        sentence=one.sentence,
        numbers=one.numbers,
        labels=one.labels,
        since=one.since,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        acknowledged_at=one.acknowledged_at,
        acknowledged_by=one.acknowledged_by,
        escalated_minutes=one.escalated,
        revision=one.revision,
        history=[
            ChangeView(
                revision=change.revision,
                what=change.what,
                at=change.at,
                severity=change.severity,
                sentence=change.sentence,
                who=change.who,
                why=change.why,
                step=change.step,
            )
            for change in one.history
        ],
    )


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        delivery_id=one.delivery_id,
        receiver_id=one.receiver_id,
        group=one.group,
        alerts=[item.alert_id for item in one.items],
        state=one.state,
        tries=one.tries,
        error=one.error,
        made_at=one.made_at,
        due_at=one.due_at,
        ended_at=one.ended_at,
    )


def _place(cursor: str) -> str:
    return bytes.fromhex(cursor).decode(errors="replace")


def _hex(place: str) -> str:
    return place.encode().hex()
