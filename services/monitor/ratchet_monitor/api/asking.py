"""What the endpoints have in common."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request

from ratchet_common.vocabulary import known_task
from ratchet_monitor.behind import Behind, behind
from ratchet_monitor.hours import hour_of
from ratchet_monitor.intake import utc_now
from ratchet_monitor.store import MonitorStore

Days = Annotated[int, Query(ge=1, le=400, description="Counted back from now, in whole hours")]


def _store(request: Request) -> MonitorStore:
    store: MonitorStore = request.app.state.store
    return store


def _task(
    task_type: Annotated[str, Query(max_length=64, description="One of the known tasks; all if left out")] = "",
) -> str:
    """Raises UnknownTaskError."""
    return known_task(task_type).value if task_type else ""


async def behind_of(
    store: MonitorStore, tenant: str, since: datetime, task_type: str = "", until: datetime | None = None
) -> Behind | None:
    """Asked before the numbers are read: what is built in between is then told as missing, and not the other way
    round. Without a task: of all."""
    return behind(await store.changed.of(tenant, hour_of(since), until, task_type), utc_now())


Store = Annotated[MonitorStore, Depends(_store)]
Task = Annotated[str, Depends(_task)]
