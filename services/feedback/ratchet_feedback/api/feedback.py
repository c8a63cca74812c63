"""HTTP in: requests become use cases, nothing is decided here. `{result_id}` comes last: it would match the others."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ratchet_common.auth import MayGiveFeedback, MayRead
from ratchet_common.errors import NotFoundError
from ratchet_common.problems import documented
from ratchet_common.vocabulary import DocumentType, TaskType, known_task
from ratchet_feedback import summary
from ratchet_feedback.api.asking import Reports, Sessions, Settings, Store
from ratchet_feedback.bodies import (
    Agreement,
    Answered,
    CorrectionPage,
    Improvement,
    Improvements,
    Result,
    Submitted,
    Summary,
)
from ratchet_feedback.sessions import say
from ratchet_feedback.submission import FeedbackSubmission
from ratchet_feedback.submit import Feedback, submit
from ratchet_feedback.views import corrected, given

routes = APIRouter(prefix="/api/models/feedback", tags=["feedback"])

TaskName = Annotated[str | None, Query(max_length=100, description=f"one of {', '.join(TaskType)}")]
Days = Annotated[int, Query(ge=1, le=365)]


@routes.post("", status_code=202)
async def submit_feedback(
    body: FeedbackSubmission, caller: MayGiveFeedback, store: Store, sessions: Sessions
) -> Submitted:
    """What a user says of an answer, or of a whole session. Saying it again replaces what the same user said before."""
    said = body.said(caller.tenant)
    receipt = await (submit(said, store) if isinstance(said, Feedback) else say(said, sessions, store))
    return Submitted(feedback_id=receipt.feedback_id, revision=receipt.revision, status=receipt.status)


@routes.get("/summary", responses=documented(404))
async def summarise(
    caller: MayRead,
    reports: Reports,
    settings: Settings,
    task_type: TaskName = None,
    document_type: DocumentType | None = None,
    days: Days = 30,
) -> Summary:
    scope = _scope(task_type, document_type)
    said = await reports.said(caller.tenant, _since(days))
    figures = summary.figures(said, await reports.raised(caller.tenant, _since(days)), scope)
    lately = min(days, settings.answers_kept_days)
    said_lately = await reports.said(caller.tenant, _since(lately))
    answers, per_answer = summary.rate(said_lately, await reports.given(caller.tenant, _since(lately)), scope)
    judged = await reports.judged(caller.tenant, _since(days), scope)
    agreement = Agreement(**asdict(summary.agreement(judged)))
    rate = Answered(days=lately, answers=answers, feedback_per_answer=per_answer)
    return Summary(days=days, rate=rate, agreement=agreement, **asdict(scope), **asdict(figures))


@routes.get("/improvements", responses=documented(404))
async def list_improvements(
    caller: MayRead,
    reports: Reports,
    task_type: TaskName = None,
    document_type: DocumentType | None = None,
    days: Days = 30,
) -> Improvements:
    """The issues that people name, the commonest first, each with what helps against it."""
    scope, since = _scope(task_type, document_type), _since(days)
    said, raised = await reports.said(caller.tenant, since), await reports.raised(caller.tenant, since)
    found = summary.improvements(said, raised, scope)
    return Improvements(items=[Improvement(**asdict(one)) for one in found])


@routes.get("/corrections", responses=documented(404))
async def list_corrections(
    caller: MayRead,
    reports: Reports,
    settings: Settings,
    task_type: TaskName = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    cursor: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
) -> CorrectionPage:
    """What people wrote in place of answers, the latest first, for as long as their text is kept."""
    task = known_task(task_type) if task_type is not None else None
    since = datetime.now(UTC) - settings.text_kept
    found = await reports.corrections(caller.tenant, task, since=since, before=cursor, limit=limit)
    following = found[-1].place if len(found) == limit else None
    return CorrectionPage(items=[corrected(known) for known in found], next=following)


@routes.get("/{result_id}", responses=documented(404))
async def get_feedback(result_id: UUID, caller: MayRead, reports: Reports) -> Result:
    """All that was said of a result, and what became of it."""
    key = (caller.tenant, result_id)
    found = await reports.about(key)
    if not found and not await reports.knows(key):
        raise NotFoundError(f"Nothing is known here of the result {result_id}: it may be too old, or yet to come.")
    listened = await reports.listened(caller.tenant)
    return Result(result_id=result_id, items=[given(known, listened.get(known.task_type or "", ())) for known in found])


def _scope(task_type: str | None, document_type: DocumentType | None) -> summary.Scope:
    """Raises UnknownTaskError."""
    task = known_task(task_type).value if task_type is not None else None
    return summary.Scope(task, document_type.value if document_type else None)


def _since(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
