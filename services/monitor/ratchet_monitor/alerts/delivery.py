"""One message to one receiver: tried again from the store, later and later, until it is taken or given up. Pure."""

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid5

import msgspec

from ratchet_common.pauses import TRIES, pause_s
from ratchet_monitor.alerts.grouping import Item
from ratchet_monitor.alerts.receivers import Receiver

NAMESPACE: Final = UUID("7f4a7c57-54c0-5b0f-8c8e-3a4b5b8f5d7b")
State = Literal["waiting", "delivered", "failed"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    delivery_id: str  # the same at every try: by it a receiver drops a second one
    tenant: str
    receiver_id: str
    group: str
    items: tuple[Item, ...]
    made_at: datetime
    due_at: datetime | None = None
    state: State = "waiting"
    tries: int = 0
    error: str = ""  # a sentence: why the last try came to nothing
    ended_at: datetime | None = None


def delivery_of(tenant: str, receiver: Receiver, batch: str, group: str, found: list[Item], now: datetime) -> Delivery:
    return Delivery(
        delivery_id=str(uuid5(NAMESPACE, f"{tenant}/{receiver.receiver_id}/{batch}")),
        tenant=tenant,
        receiver_id=receiver.receiver_id,
        group=group,
        items=tuple(found),
        made_at=now,
        due_at=now,
    )


def taken(one: Delivery, now: datetime) -> Delivery:
    return msgspec.structs.replace(one, state="delivered", tries=one.tries + 1, due_at=None, ended_at=now, error="")


def not_taken(one: Delivery, why: str, now: datetime, *, hopeless: bool = False) -> Delivery:
    """`hopeless`: no later try would be taken either."""
    tries = one.tries + 1
    over = hopeless or tries >= TRIES
    return msgspec.structs.replace(
        one,
        state="failed" if over else "waiting",
        tries=tries,
        due_at=None if over else now + timedelta(seconds=pause_s(tries)),
        ended_at=now if over else None,
        error=why,
    )
