"""How good the answers are, in depth."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.accuracy import Accuracies, Hearings
from ratchet_monitor.api.asking import Days, Store, Task, behind_of
from ratchet_monitor.buckets import Kind
from ratchet_monitor.columns import OF_ACCURACY
from ratchet_monitor.counted import Counted
from ratchet_monitor.counting import count
from ratchet_monitor.hours import hour_of
from ratchet_monitor.intake import utc_now
from ratchet_monitor.prompts.asking import time_of

routes = APIRouter(prefix="/api/models/performance", tags=["numbers"])


@routes.get("/accuracy", responses=documented(404))
async def show_accuracy(
    caller: MayRead,
    store: Store,
    task_type: Task,
    model_version: Annotated[str, Query(max_length=200, description="A version_id; all if left out")] = "",
    template: Annotated[str, Query(max_length=200, description="With its version; all if left out")] = "",
    document_type: Annotated[str, Query(max_length=64, description="All if left out")] = "",
    days: Days = 30,
) -> Accuracies:
    """Accuracy with its interval, as people spoke and weighted by who speaks; a judge's scores; what confidence means.
    By task, version, model, template and document type."""

    def wanted(kind: Kind) -> bool:
        return (
            model_version in ("", kind.version_id)
            and template in ("", kind.template)
            and document_type in ("", kind.document_type)
        )

    now = utc_now()
    since = hour_of(now - timedelta(days=days))
    hearings, by_day = Hearings(wanted), Counted(time_of(days, now), lambda _, kind: wanted(kind))
    missing = await behind_of(store, caller.tenant, since, task_type)
    async for period in store.buckets.sums(caller.tenant, since, OF_ACCURACY, task_type, wanted=wanted):
        if period.task_type != EMBEDDING:
            hearings.include(period)
    await count(by_day, store.buckets, caller.tenant, task_type)
    return replace(hearings.accuracies(by_day), behind=missing)
