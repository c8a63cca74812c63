"""What became of reports."""

from ratchet_common.events.event import Event


class ReportChanged(Event, frozen=True, kw_only=True, tag="report.changed.v1"):
    """A report was asked for, is a step further, ready, failed, or goes: with all that it says."""

    report_id: str
    state: str
