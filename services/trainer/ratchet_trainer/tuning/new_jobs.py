"""How a training job comes to be: a trigger, a person, or a search. Pure."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from ratchet_common.events import RetrainingFellDue
from ratchet_trainer.tuning.jobs import PLAIN, Job, JobState, Recipe, Step


def triggered(event: RetrainingFellDue, platform: str, now: datetime, recipe: Recipe = PLAIN) -> Job:
    return Job(
        job_id=event.event_id,
        tenant=event.tenant,
        task_type=event.task_type,
        platform=platform,
        made_by="feedback",
        reasons=event.reasons,
        created_at=now,
        due_at=now,
        waits=True,
        recipe=recipe,
        history=(Step(JobState.QUEUED, now),),
    )


def asked_for(
    tenant: str, task_type: str, platform: str, who: str, dataset_id: str, now: datetime, recipe: Recipe = PLAIN
) -> Job:
    return Job(
        job_id=uuid7(),
        tenant=tenant,
        task_type=task_type,
        platform=platform,
        made_by=who,
        reasons=("asked for",),
        created_at=now,
        due_at=now,
        waits=False,
        recipe=recipe,
        dataset_id=dataset_id,
        history=(Step(JobState.QUEUED, now),),
    )


def trial_of(job_id: UUID, search_id: UUID, of: tuple[str, str, str, str, str], recipe: Recipe, now: datetime) -> Job:
    """One of a search's jobs. `of`: tenant, task, platform, who asked, dataset."""
    tenant, task_type, platform, who, dataset_id = of
    job = asked_for(tenant, task_type, platform, who, dataset_id, now, recipe)
    return replace(job, job_id=job_id, search_id=search_id, reasons=(f"the search {search_id}",))
