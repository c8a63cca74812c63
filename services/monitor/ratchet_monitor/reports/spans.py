"""Which time a report is of: days by UTC, weeks from Monday on (ISO 8601), months and quarters of the year. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, NamedTuple

from ratchet_common.errors import RefusedError
from ratchet_monitor.blocks import DAY, Blocks
from ratchet_monitor.hours import HOUR, Keeping

Rhythm = Literal["daily", "weekly", "monthly", "quarterly"]
WEEK: Final = 7 * DAY
QUARTER: Final = 3  # months
FIRST: Final = date(2000, 1, 1)
STEP: Final[dict[str, timedelta]] = {"daily": HOUR, "weekly": DAY, "monthly": DAY, "quarterly": WEEK}


class NoSuchPeriodError(RefusedError):
    type = "no-such-period"
    title = "There is no report of this time"


class Span(NamedTuple):
    """From `since` on, before `until`, both at midnight by UTC."""

    rhythm: Rhythm
    since: datetime
    until: datetime

    @property
    def name(self) -> str:
        if self.rhythm == "weekly":
            year, week, _ = self.since.isocalendar()
            return f"{year}-W{week:02d}"
        if self.rhythm == "quarterly":
            return f"{self.since.year}-Q{(self.since.month - 1) // QUARTER + 1}"
        return f"{self.since:%Y-%m}" if self.rhythm == "monthly" else f"{self.since:%Y-%m-%d}"

    @property
    def before(self) -> "Span":
        return span_of(self.rhythm, (self.since - DAY).date())

    def blocks(self, keeping: Keeping, now: datetime) -> Blocks:
        """Those that numbers are told by. A day whose hours are kept no more is one block. A quarter's are of seven
        days from its first one on, and what is left at its end belongs to the last."""
        step = STEP[self.rhythm]
        if step < DAY and self.hours_are_gone(keeping, now):
            step = DAY
        return Blocks(self.since, self.until, step, joined=self.rhythm == "quarterly")

    def hours_are_gone(self, keeping: Keeping, now: datetime) -> bool:
        return keeping.hour_until(self.since) <= now

    def label(self, at: datetime, until: datetime) -> str:
        """Of a block from then on, before `until`."""
        if self.rhythm == "quarterly":
            return f"{at:%m-%d} to {until - DAY:%m-%d}"
        return f"{at:%H:%M}" if self.rhythm == "daily" else f"{at:%m-%d}"


def span_of(rhythm: Rhythm, day: date) -> Span:
    """The one that the day lies in."""
    if rhythm == "daily":
        first, after = day, day + DAY
    elif rhythm == "weekly":
        first = day - timedelta(days=day.weekday())
        after = first + WEEK
    else:
        months = 1 if rhythm == "monthly" else QUARTER
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        after = (first + timedelta(days=31 * months)).replace(day=1)
    return Span(rhythm, _midnight(first), _midnight(after))


def span_at(rhythm: Rhythm, day: date | None, now: datetime) -> Span:
    """Without a day, the last one that is over. Raises NoSuchPeriodError."""
    today = now.astimezone(UTC).date()
    if day is None:
        return span_of(rhythm, today).before
    if not FIRST <= day <= today:
        raise NoSuchPeriodError(
            f"{day} lies before {FIRST}, or after today ({today} by UTC): name a day from then on until today.",
            field="at",
        )
    return span_of(rhythm, day)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
