"""What is said beside the numbers of a report: until when it counted, what is missing, what they assume. Pure."""

from datetime import datetime

from ratchet_monitor.alerts.alert import KEPT
from ratchet_monitor.behind import Behind
from ratchet_monitor.hours import Keeping
from ratchet_monitor.prompts.retiring import note_on
from ratchet_monitor.reports.measures import Measures
from ratchet_monitor.reports.spans import Span

ASSUMES = (
    "Intervals of scores and failures are Wilson's, by as many answers as are worth one where those of one block of "
    "time hang together; those of costs and latencies are told by how blocks differ. No change is told of fewer than "
    "five blocks. Nobody drew who came in which period: a change may be the answers', or of who asked what."
)
ELSEWHERE = (
    "Issues that people named, their comments and improvement opportunities are kept by the feedback service, for the "
    "last days and not for a past period: `ratchet feedback issues`, `ratchet feedback improvements`."
)


def notes_on(
    span: Span, keeping: Keeping, at: datetime, now: Measures, others: int, behind: Behind | None = None
) -> list[str]:
    """`others`: uses of templates that are not told apart."""
    found = [_counted(span, keeping, at)]
    if behind is not None and behind.note:
        found.append(behind.note)
    if not now.uses:
        found.append("Nothing was answered in this period.")
    elif not now.scored:
        found.append("Nobody said what an answer was worth: nothing is known of quality.")
    if span.before.since < at - keeping.buckets:
        gone = f"{at - keeping.buckets:%Y-%m-%d}"
        found.append(f"The numbers of days before {gone} are kept no more: what lies before is missing here.")
    if span.rhythm == "daily" and span.hours_are_gone(keeping, at):
        found.append("The hours of this day are kept no more: it is told as a whole, and no change is known.")
    if span.since < at - KEPT:
        found.append(f"Alerts that closed more than {KEPT.days} days ago are kept no more, and are missing here.")
    if others:
        found.append(note_on(others))
    return [*found, ASSUMES, ELSEWHERE]


def _counted(span: Span, keeping: Keeping, at: datetime) -> str:
    when = f"Counted on {at:%Y-%m-%d %H:%M} UTC"
    if at < span.until:
        return f"{when}: the period goes on until {span.until:%Y-%m-%d %H:%M} UTC, and is compared with a whole one."
    if not keeping.sealed(span.until, at):
        return f"{when}. What is said or comes of these answers until {span.until + keeping.raw:%Y-%m-%d} still counts."
    return f"{when}. The period is settled: what comes later changes nothing."
