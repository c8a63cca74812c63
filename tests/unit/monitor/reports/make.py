"""A week of answers, and the one before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ratchet_monitor.buckets import Period
from ratchet_monitor.counted import Counted
from ratchet_monitor.hours import Keeping
from ratchet_monitor.prompts.grouping import Grouped
from ratchet_monitor.reports.report import Known, Report, report_of
from ratchet_monitor.reports.spans import Span, span_of
from tests.unit.monitor.prompts.make import SINCE, Made, include, summed_periods

KEEPING = Keeping(timedelta(days=30), timedelta(days=400))
WEEK = span_of("weekly", (SINCE + timedelta(days=8)).date())  # from the 9th of November on, before the 16th
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
THIS, LAST = range(8, 15), range(1, 8)  # days of `Made`


def counted(periods: Sequence[Period], span: Span) -> Counted:
    found = Counted(span.blocks(KEEPING, AT))
    for period in periods:
        if span.since <= period.start < span.until:
            include(found, period)
    return found


def report(*made: Made, span: Span = WEEK, at: datetime = AT, seed: int = 1, **changes: Any) -> Report:
    """`changes`: of `Known`."""
    periods = summed_periods(*made, seed=seed)
    known = Known(
        span=span,
        at=at,
        keeping=KEEPING,
        now=Grouped(counted(periods, span)),
        before=Grouped(counted(periods, span.before)),
        shadows=0,
        shadows_before=0,
        alerts=(),
        experiments=(),
    )
    return report_of(replace(known, **changes))
