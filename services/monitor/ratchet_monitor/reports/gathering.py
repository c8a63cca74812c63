"""Use case: all that a report is made of is read; then it is made, beside the event loop."""

import asyncio
from datetime import datetime
from typing import Final

from ratchet_monitor.behind import behind
from ratchet_monitor.hours import Keeping
from ratchet_monitor.reports.happenings import alerts_then, rollouts_then, studies_then
from ratchet_monitor.reports.report import Known, Report, report_of
from ratchet_monitor.reports.sides import grouped_each
from ratchet_monitor.reports.spans import Span
from ratchet_monitor.store import MonitorStore

ALERTS: Final = 500  # of each state, the latest
EXPERIMENTS: Final = 200  # that began before the end, the latest


async def report_on(span: Span, tenant: str, store: MonitorStore, keeping: Keeping, now: datetime) -> Report:
    missing = behind(await store.changed.of(tenant, span.before.since, span.until), now)
    spans = (span.before, span)
    sides = [one.blocks(keeping, now) for one in spans]
    by_hour = [one.rhythm == "daily" and not one.hours_are_gone(keeping, now) for one in spans]
    cuts = [cut for side, hourly in zip(sides, by_hour, strict=True) if hourly for cut in side.starts]
    (before, its), shadows, shadows_before, alerts, studies, rollouts = await asyncio.gather(
        grouped_each(sides, store.buckets, store.held, tenant, now, cuts=cuts),
        store.shadows.cost(tenant, span.since, span.until),
        store.shadows.cost(tenant, span.before.since, span.since),
        store.alerts.changed_since(tenant, span.since, ALERTS),
        store.studies.page(tenant, _place(span), EXPERIMENTS),
        store.experiments.page(tenant, _place(span), EXPERIMENTS),
    )
    known = Known(
        span=span,
        at=now,
        keeping=keeping,
        now=its,
        before=before,
        behind=missing,
        shadows=shadows,
        shadows_before=shadows_before,
        alerts=alerts_then(alerts, span.since, span.until),
        experiments=[
            *studies_then(studies, span.since, span.until),
            *rollouts_then(rollouts, span.since, span.until),
        ],
    )
    return await asyncio.to_thread(report_of, known)


def _place(span: Span) -> str:
    """Before that of whatever began at the end."""
    return f"{span.until:%Y%m%dT%H%M%S}"
