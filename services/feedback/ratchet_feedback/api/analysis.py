"""HTTP in: what feedback means. Comments are private text: the tenant's own readers see them, and no log does."""

import asyncio
from collections.abc import Sequence
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
from ratchet_feedback.api.asking import Analysis, Reports, Settings, TaskName
from ratchet_feedback.clusters import clusters
from ratchet_feedback.groups import GroupedBy, in_periods
from ratchet_feedback.opportunities import opportunities
from ratchet_feedback.store.reports import ANSWERS_COUNTED
from ratchet_feedback.store.windows import Window
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
    analysis: Analysis,
    settings: Settings,
    scope: Within,
    by: Annotated[GroupedBy | None, Query(description="side by side")] = None,
    days: Days = 30,
) -> Summary:
    """Within the tenant of the token, and within a task, document type, model, version or template."""
    window = await reports.window(caller.tenant, _since(days))
    said = await reports.said(window, scope)
    figures = summary.figures(said, await reports.raised(window, scope), scope)
    groups = await analysis.grouped(window, scope, by) if by else []
    shown = asdict(figures) | asdict(scope)
    shown["sessions"] = OfSessions(**asdict(figures.sessions))
    for name in ("mean_score_interval", "negative_share_interval"):
        shown[name] = span(shown[name])
    return Summary(
        tenant=caller.tenant,
        days=days,
        complete=window.complete,
        rate=await _rate(caller.tenant, days, settings.answers_kept_days, (window, said), scope, reports),
        agreement=Agreement(**asdict(summary.agreement(await reports.judged(window, scope)))),
        by=by,
        groups=[grouped(one) for one in (in_periods(groups, by) if by and by.is_period else groups)],
        **shown,
    )


@routes.get("/issues", responses=documented(404))
async def list_issues(caller: MayRead, reports: Reports, scope: Within, days: Days = 30) -> IssuesNamed:
    """Which issues people name how often, and whether more often than before; with a test, in a sentence."""
    since = _since(days)
    now = await reports.window(caller.tenant, since)
    before = await reports.window(caller.tenant, since - timedelta(days=days), since)
    periods = [Period(await reports.said(one, scope), await reports.raised(one, scope)) for one in (now, before)]
    found = trends(periods[0], periods[1], scope, days)
    items = [IssueNamed(**asdict(one) | {"share_interval": span(one.share_interval)}) for one in found]
    return IssuesNamed(days=days, complete=now.complete and before.complete, items=items)


@routes.get("/improvements", responses=documented(404))
async def list_improvements(
    caller: MayRead, reports: Reports, analysis: Analysis, scope: Within, days: Days = 30
) -> Improvements:
    """What would be worth mending: issues by how many answers they touch times how bad these are."""
    window = await reports.window(caller.tenant, _since(days))
    found = opportunities(
        await analysis.touched(window, scope), await analysis.rated(window, scope), await analysis.named(window, scope)
    )
    return Improvements(complete=window.complete, items=[improvement(one) for one in found])


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
    tenant: str, days: int, kept: int, read: tuple[Window, Sequence[summary.Said]], scope: Scope, reports: Reports
) -> Answered:
    """`kept`: so many days answers are known. `read`: what was said in all the days."""
    window, said = read
    lately = min(days, kept)
    given = await reports.given(tenant, _since(lately), scope)
    if given is None:
        return Answered(days=lately, answers=ANSWERS_COUNTED, feedback_per_answer=None)
    if lately < days:
        window = await reports.window(tenant, _since(lately))
        said = await reports.said(window, scope)
    answers, per_answer = summary.rate(said, given, scope)
    return Answered(days=lately, answers=answers, feedback_per_answer=per_answer if window.complete else None)


def _since(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
