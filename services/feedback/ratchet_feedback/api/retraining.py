"""HTTP in: when to train anew, and what people decide over it."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ratchet_common.auth import Caller, MayOperate, MayRead
from ratchet_common.legible import legible
from ratchet_common.problems import documented
from ratchet_common.vocabulary import TaskType, known_task
from ratchet_feedback.api.asking import Reports, Settings, Tallies, TaskName
from ratchet_feedback.bodies import Need, Needs
from ratchet_feedback.decisions import By, dismiss, hold, release, trigger
from ratchet_feedback.settings import FeedbackSettings
from ratchet_feedback.store.reports import MongoReports, Standing
from ratchet_feedback.tallies import Task
from ratchet_feedback.views import need

routes = APIRouter(prefix="/api/models/feedback", tags=["feedback"])
ONE = "/retraining/{task_type}"


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: str = Field("", max_length=500, description="kept with who did it")


class WantedHold(Why):
    until: AwareDatetime | None = Field(None, description="without it, until it is released")


@routes.get("/retraining-needed", responses=documented(404))
async def list_needs(
    caller: MayRead,
    reports: Reports,
    settings: Settings,
    task_type: TaskName = None,
) -> Needs:
    """For each task what speaks for training it anew, when that was last asked for, and who decided what."""
    tasks = [known_task(task_type)] if task_type is not None else list(TaskType)
    return Needs(items=await _needs(caller, [task.value for task in tasks], reports, settings))


@routes.post(f"{ONE}/trigger", responses=documented(404, 409))
async def trigger_retraining(
    task_type: str, body: Why, caller: MayOperate, tallies: Tallies, reports: Reports, settings: Settings
) -> Need:
    """Asks for a training at once, whatever the limits and the cool-down say; the cool-down begins anew."""
    task = _task(caller, task_type)
    await trigger(task, _by(caller, body), tallies)
    return (await _needs(caller, [task.task_type], reports, settings))[0]


@routes.post(f"{ONE}/hold", responses=documented(404, 409))
async def hold_retraining(
    task_type: str, body: WantedHold, caller: MayOperate, tallies: Tallies, reports: Reports, settings: Settings
) -> Need:
    """Lets no trigger out for a time, or until it is released."""
    task = _task(caller, task_type)
    await hold(task, _by(caller, body), body.until, tallies)
    return (await _needs(caller, [task.task_type], reports, settings))[0]


@routes.post(f"{ONE}/release", responses=documented(404, 409))
async def release_retraining(
    task_type: str, body: Why, caller: MayOperate, tallies: Tallies, reports: Reports, settings: Settings
) -> Need:
    """Ends a hold: a trigger goes out if there is a reason still."""
    task = _task(caller, task_type)
    await release(task, _by(caller, body), tallies)
    return (await _needs(caller, [task.task_type], reports, settings))[0]


@routes.post(f"{ONE}/dismiss", responses=documented(404, 409))
async def dismiss_reasons(
    task_type: str, body: Why, caller: MayOperate, tallies: Tallies, reports: Reports, settings: Settings
) -> Need:
    """The present reasons are none, until they are exceeded anew."""
    task = _task(caller, task_type)
    await dismiss(task, _by(caller, body), settings.limits, tallies)
    return (await _needs(caller, [task.task_type], reports, settings))[0]


async def _needs(caller: Caller, tasks: list[str], reports: MongoReports, settings: FeedbackSettings) -> list[Need]:
    standings, now = await reports.standings(caller.tenant), datetime.now(UTC)
    return [need(task, standings.get(Task(caller.tenant, task), Standing()), settings.limits, now) for task in tasks]


def _task(caller: Caller, task_type: str) -> Task:
    """Raises UnknownTaskError."""
    return Task(caller.tenant, known_task(task_type).value)


def _by(caller: Caller, body: Why) -> By:
    return By(caller.name or f"token {caller.sha256[:8]}", legible(body.why))
