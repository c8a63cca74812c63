"""HTTP in: requests become use cases, nothing is decided here. `{result_id}` comes last: it would match the others."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ratchet_common.auth import MayGiveFeedback, MayRead
from ratchet_common.errors import NotFoundError
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_feedback.api.asking import Reports, Sessions, Settings, Store, TaskName
from ratchet_feedback.bodies import CorrectionPage, Result, Submitted
from ratchet_feedback.said import Feedback
from ratchet_feedback.sessions import say
from ratchet_feedback.submission import FeedbackSubmission
from ratchet_feedback.submit import submit
from ratchet_feedback.views import corrected, given, submitted

routes = APIRouter(prefix="/api/models/feedback", tags=["feedback"])


@routes.post("", status_code=202)
async def submit_feedback(
    body: FeedbackSubmission, caller: MayGiveFeedback, store: Store, sessions: Sessions
) -> Submitted:
    """What a user says of an answer, or of a whole session. Saying it again replaces what the same user said before."""
    said = body.said(caller.tenant)
    receipt = await (submit(said, store) if isinstance(said, Feedback) else say(said, sessions, store))
    return submitted(receipt)


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
