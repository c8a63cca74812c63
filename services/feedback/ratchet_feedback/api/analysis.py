"""HTTP in: what feedback means. Comments are private text: the tenant's own readers see them, and no log does."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import DocumentType, known_task
from ratchet_feedback import summary
from ratchet_feedback.analysis_bodies import (
    Agreement,
    Answered,
    CommentClusters,
    Improvements,
    IssueNamed,
    IssuesNamed,
    OfSessions,
    Summary,
)
from ratchet_feedback.analysis_views import cluster, grouped, improvement, span
from ratchet_feedback.api.asking import Analysis, Asked, Reports, Settings, TaskName
from ratchet_feedback.clusters import clusters
from ratchet_feedback.groups import GroupedBy, in_periods
from ratchet_feedback.opportunities import in_order, opportunities
from ratchet_feedback.rollups import telling
from ratchet_feedback.rollups.hearing import Heard, Hearing
from ratchet_feedback.slices import worse_slices
from ratchet_feedback.store.reports import ANSWERS_COUNTED, MongoReports
from ratchet_feedback.summary import Scope
from ratchet_feedback.trends import Period, trends

routes = APIRouter(prefix="/api/models/feedback", tags=["feedback"])

Days = Annotated[int, Query(ge=1, le=365)]
Name = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
ONE_AT_A_TIME = asyncio.Semaphore(1)  # clustering takes a core for a moment


def _scope(
    task_type: TaskName = None,
    document_type: DocumentType | None = None,
    model: Name = None,
    version_id: Name = None,
    template: Name = None,
) -> Scope:
    """Raises UnknownTaskError."""
    task = known_task(task_type).value if task_type is not None else None
    return Scope(task, document_type.value if document_type else None, model, version_id, template)


Within = Annotated[Scope, Depends(_scope)]


@routes.get("/summary", responses=documented(404))
async def summarise(
    caller: MayRead,
    reports: Reports,
    hearing: Asked,
    settings: Settings,
    scope: Within,
    by: Annotated[GroupedBy | None, Query(description="side by side")] = None,
    days: Days = 30,
) -> Summary:
    """Within the tenant of the token, and within a task, document type, model, version or template."""
    now = datetime.now(UTC)
    heard = await hearing.heard(caller.tenant, now - timedelta(days=days), now=now, daily=bool(by and by.is_period))
    figures = summary.figures(telling.said(heard, scope), telling.raised(heard, scope), scope)
    groups = telling.grouped(heard, scope, by) if by else []
    shown = asdict(figures) | asdict(scope)
    shown["sessions"] = OfSessions(**asdict(figures.sessions))
    for name in ("mean_score_interval", "negative_share_interval"):
        shown[name] = span(shown[name])
    return Summary(
        tenant=caller.tenant,
        days=days,
        complete=telling.complete(heard, scope),
        rate=await _rate(caller.tenant, (days, settings.answers_kept_days), heard, scope, (reports, hearing), now),
        agreement=Agreement(
            **asdict(summary.agreement(telling.judged(heard, scope))),
            complete=telling.complete_of_answers(heard, scope),
        ),
        by=by,
        groups=[grouped(one) for one in (in_periods(groups, by) if by and by.is_period else groups)],
        **shown,
    )


@routes.get("/issues", responses=documented(404))
async def list_issues(caller: MayRead, hearing: Asked, scope: Within, days: Days = 30) -> IssuesNamed:
    """Which issues people name how often, and whether more often than before; with a test, in a sentence."""
    now, whole = datetime.now(UTC), timedelta(days=days)
    lately = await hearing.heard(caller.tenant, now - whole, now=now)
    before = await hearing.heard(caller.tenant, now - 2 * whole, now - whole, now=now)
    periods = [Period(telling.said(one, scope), telling.raised(one, scope)) for one in (lately, before)]
    found = trends(periods[0], periods[1], scope, days)
    items = [IssueNamed(**asdict(one) | {"share_interval": span(one.share_interval)}) for one in found]
    complete = telling.complete(lately, scope) and telling.complete(before, scope)
    return IssuesNamed(days=days, complete=complete, items=items)


@routes.get("/improvements", responses=documented(404))
async def list_improvements(caller: MayRead, hearing: Asked, scope: Within, days: Days = 30) -> Improvements:
    """What would be worth mending: issues, and answers that are worse than the others of their task, by how many they
    are times how bad.
    """
    now = datetime.now(UTC)
    heard = await hearing.heard(caller.tenant, now - timedelta(days=days), now=now)
    rated = telling.rated(heard, scope)
    issues = opportunities(telling.touched(heard, scope), rated, telling.named(heard, scope))
    items = [improvement(one) for one in in_order(issues + worse_slices(telling.sliced(heard, scope), rated))]
    return Improvements(complete=telling.complete_of_answers(heard, scope), items=items)


@routes.get("/comments", responses=documented(404))
async def cluster_comments(
    caller: MayRead, reports: Reports, analysis: Analysis, scope: Within, days: Days = 30
) -> CommentClusters:
    """What comments speak of, by their words; without a model. Each group is named by its telling words."""
    said = await analysis.comments(await reports.window(caller.tenant, _since(days)), scope)
    async with ONE_AT_A_TIME:
        found = await asyncio.to_thread(clusters, [comment.text for comment in said])
    items = [cluster(one, said) for one in found]
    apart = len(said) - sum(one.count for one in items)
    return CommentClusters(days=days, comments=len(said), apart=apart, items=items)


async def _rate(
    tenant: str, days: tuple[int, int], heard: Heard, scope: Scope, asked: tuple[MongoReports, Hearing], now: datetime
) -> Answered:
    """`days`: that are asked for, of which `heard` tells, and for so many answers are known."""
    reports, hearing = asked
    lately = min(days)
    given = await reports.given(tenant, now - timedelta(days=lately), scope)
    if given is None:
        return Answered(days=lately, answers=ANSWERS_COUNTED, feedback_per_answer=None)
    if lately < days[0]:
        heard = await hearing.heard(tenant, now - timedelta(days=lately), now=now)
    answers, per_answer = summary.rate(telling.said(heard, scope), given, scope)
    complete = telling.complete(heard, scope)
    return Answered(days=lately, answers=answers, feedback_per_answer=per_answer if complete else None)


def _since(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
