"""One alert: looked at, acknowledged, resolved by a person."""

from functools import partial

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import Caller, MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_monitor.alerts.alert import Alert, acknowledged, resolved
from ratchet_monitor.alerts.words import Words
from ratchet_monitor.api.alerts import AlertId, AlertView, NoSuchAlertError, view
from ratchet_monitor.api.asking import Store
from ratchet_monitor.intake import utc_now

routes = APIRouter(prefix="/api/models/alerts", tags=["alerts"])


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


@routes.post("/{alert_id}/resolve", responses=documented(404))
async def resolve_alert(caller: MayOperate, store: Store, alert_id: AlertId, body: Why) -> AlertView:
    """Closes it. It opens again where its condition ceases and comes back, or still holds after a day."""
    decide = partial(resolved, who=name_of(caller), why=body.why, at=utc_now())
    return _seen(await store.alerts.change(caller.tenant, alert_id, decide))


def name_of(caller: Caller) -> str:
    return caller.name or f"token {caller.sha256[:8]}"


def _seen(found: Alert | None) -> AlertView:
    if found is None:
        raise NoSuchAlertError("There is no alert with this id; `GET /api/models/performance/alerts` lists them.")
    return view(found)
