"""One alert: looked at, acknowledged, resolved by a person."""

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import Caller, MayOperate, MayRead
from ratchet_common.errors import RefusedError
from ratchet_common.problems import documented
from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import Next, acknowledged, resolved
from ratchet_monitor.alerts.words import Words
from ratchet_monitor.api.alerts import AlertId, AlertView, NoSuchAlertError, view
from ratchet_monitor.api.asking import Store
from ratchet_monitor.intake import utc_now

routes = APIRouter(prefix="/api/models/alerts", tags=["alerts"])


class NotOpenError(RefusedError):
    status = 409
    type = "alert-not-open"
    title = "The alert is not open"


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Words = Field("", max_length=500, description="kept in the alert's history, and told to its receivers")


@routes.get("/{alert_id}", responses=documented(404))
async def show_alert(caller: MayRead, store: Store, alert_id: AlertId) -> AlertView:
    """With its last 50 changes."""
    return _seen(await store.alerts.alert(caller.tenant, alert_id))


@routes.post("/{alert_id}/acknowledge", responses=documented(404))
async def acknowledge_alert(caller: MayOperate, store: Store, alert_id: AlertId, body: Why) -> AlertView:
    """Somebody takes care of it: nobody else is woken. One that is not open, or acknowledged, stays as it is."""
    decide = partial(acknowledged, who=name_of(caller), why=body.why, at=utc_now())
    return _seen(await store.alerts.change(caller.tenant, alert_id, decide))


@routes.post("/{alert_id}/resolve", responses=documented(404, 409))
async def resolve_alert(caller: MayOperate, store: Store, alert_id: AlertId, body: Why) -> AlertView:
    """Closes it. It opens again where its condition ceases and comes back, or still holds after a day."""
    decide = partial(_resolved, who=name_of(caller), why=body.why, at=utc_now())
    return _seen(await store.alerts.change(caller.tenant, alert_id, decide))


def _resolved(before: Alert, who: str, why: str, at: datetime) -> Next:
    """Raises NotOpenError."""
    found = resolved(before, who, why, at)
    if found is None:
        raise NotOpenError(f"This alert is {before.state} and not open: there is nothing to resolve.")
    return found


def name_of(caller: Caller) -> str:
    return caller.name or f"token {caller.sha256[:8]}"


def _seen(found: Alert | None) -> AlertView:
    if found is None:
        raise NoSuchAlertError("There is no alert with this id; `GET /api/models/performance/alerts` lists them.")
    return view(found)
