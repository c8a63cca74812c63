"""Who is told of alerts."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.errors import NotFoundError
from ratchet_common.problems import documented
from ratchet_monitor.alerts.receivers import Receiver, ReceiverBody
from ratchet_monitor.alerts.sending import Senders
from ratchet_monitor.api.alert_rules import NAME
from ratchet_monitor.api.asking import Store
from ratchet_monitor.api.labels import insist_on_labels

ReceiverId = Annotated[str, Path(pattern=NAME)]

routes = APIRouter(prefix="/api/models/alerts/receivers", tags=["alerts"])


class NoSuchReceiverError(NotFoundError):
    type = "unknown-receiver"
    title = "There is no such receiver"

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(f"There is no receiver {name}; `GET /api/models/alerts/receivers` lists them.")


class Receivers(BaseModel):
    items: list[Receiver]


def _senders(request: Request) -> Senders:
    senders: Senders = request.app.state.senders
    return senders


TheSenders = Annotated[Senders, Depends(_senders)]


@routes.get("")
async def list_receivers(caller: MayRead, store: Store) -> Receivers:
    """At most 200, by name."""
    return Receivers(items=list(await store.receivers.all(caller.tenant)))


@routes.post("", status_code=201, responses=documented(409))
async def create_receiver(caller: MayOperate, store: Store, senders: TheSenders, body: Receiver) -> Receiver:
    """It is told of what changes from now on."""
    insist_on_labels(body.match)
    await senders.check(caller.tenant, body)
    await store.receivers.add(caller.tenant, body.receiver_id, body)
    return body


@routes.get("/{receiver_id}", responses=documented(404))
async def show_receiver(caller: MayRead, store: Store, receiver_id: ReceiverId) -> Receiver:
    found = await store.receivers.one(caller.tenant, receiver_id)
    if found is None:
        raise NoSuchReceiverError.of(receiver_id)
    return found


@routes.put("/{receiver_id}", responses=documented(404))
async def replace_receiver(
    caller: MayOperate, store: Store, senders: TheSenders, receiver_id: ReceiverId, body: ReceiverBody
) -> Receiver:
    """Deliveries that wait go by what it says now."""
    if await store.receivers.one(caller.tenant, receiver_id) is None:
        raise NoSuchReceiverError.of(receiver_id)
    receiver = Receiver(receiver_id=receiver_id, **body.model_dump())
    insist_on_labels(body.match)
    await senders.check(caller.tenant, receiver)
    await store.receivers.put(caller.tenant, receiver_id, receiver)
    return receiver


@routes.delete("/{receiver_id}", status_code=204, responses=documented(404))
async def delete_receiver(caller: MayOperate, store: Store, receiver_id: ReceiverId) -> None:
    """Deliveries that wait for it fail, and say why."""
    if not await store.receivers.delete(caller.tenant, receiver_id):
        raise NoSuchReceiverError.of(receiver_id)
