"""What the endpoints have in common."""

from typing import Annotated

from fastapi import Depends, Query, Request

from ratchet_common.vocabulary import known_task
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


Store = Annotated[MonitorStore, Depends(_store)]
Task = Annotated[str, Depends(_task)]
