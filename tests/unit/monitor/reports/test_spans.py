"""Which time a report is of."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ratchet_monitor.hours import HOUR, Keeping
from ratchet_monitor.reports.spans import NoSuchPeriodError, Rhythm, span_at, span_of

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # a Monday
KEEPING = Keeping(timedelta(days=30), timedelta(days=400))


@pytest.mark.parametrize(
    ("rhythm", "day", "name", "first", "last"),
    [
        ("daily", date(2024, 2, 29), "2024-02-29", "2024-02-29", "2024-02-29"),
        ("weekly", date(2027, 1, 2), "2026-W53", "2026-12-28", "2027-01-03"),
        ("weekly", date(2026, 11, 23), "2026-W48", "2026-11-23", "2026-11-29"),
        ("monthly", date(2024, 2, 10), "2024-02", "2024-02-01", "2024-02-29"),
        ("monthly", date(2026, 12, 31), "2026-12", "2026-12-01", "2026-12-31"),
        ("quarterly", date(2026, 5, 31), "2026-Q2", "2026-04-01", "2026-06-30"),
        ("quarterly", date(2026, 12, 1), "2026-Q4", "2026-10-01", "2026-12-31"),
    ],
)
def test_a_period_is_that_of_the_calendar(rhythm: Rhythm, day: date, name: str, first: str, last: str) -> None:
    span = span_of(rhythm, day)
    assert (span.name, f"{span.since:%Y-%m-%d}", f"{span.until - HOUR:%Y-%m-%d}") == (name, first, last)
    assert span.before.until == span.since
    assert span_of(rhythm, (span.until - HOUR).date()) == span


@pytest.mark.parametrize("rhythm", ["daily", "weekly", "monthly", "quarterly"])
def test_periods_follow_each_other_without_a_gap(rhythm: Rhythm) -> None:
    span = span_of(rhythm, date(2031, 1, 1))
    for _ in range(60):
        assert span.before.until == span.since
        blocks = span.blocks(KEEPING, NOW)
        assert blocks.start(0) == span.since
        assert blocks.start(blocks.blocks - 1) < span.until == blocks.end(blocks.blocks - 1)
        assert blocks.number(span.until - HOUR) == blocks.blocks - 1
        assert all(blocks.end(number) == blocks.start(number + 1) for number in range(blocks.blocks - 1))
        assert 2 <= blocks.blocks <= 31
        span = span.before


@pytest.mark.parametrize(
    ("day", "blocks", "last"),
    [
        (date(2026, 12, 1), 13, "12-24 to 12-31"),  # 92 days
        (date(2026, 5, 1), 13, "06-24 to 06-30"),  # 91
        (date(2026, 2, 1), 12, "03-19 to 03-31"),  # 90
    ],
)
def test_a_quarter_has_no_stub_of_a_week(day: date, blocks: int, last: str) -> None:
    span = span_of("quarterly", day)
    found = span.blocks(KEEPING, NOW)
    labels = [span.label(found.start(number), found.end(number)) for number in range(found.blocks)]
    assert (len(labels), labels[-1]) == (blocks, last)


def test_without_a_day_it_is_the_last_one_that_is_over() -> None:
    assert [span_at(rhythm, None, NOW).name for rhythm in ("daily", "weekly", "monthly", "quarterly")] == [
        "2026-11-22",
        "2026-W47",
        "2026-10",
        "2026-Q3",
    ]
    assert span_at("weekly", NOW.date(), NOW).name == "2026-W48"  # the one that goes on, if it is asked for


def test_a_day_elsewhere_is_the_day_by_utc() -> None:
    tokyo = NOW.astimezone(tz=None)
    assert span_at("daily", None, tokyo) == span_at("daily", None, NOW)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date.max, date.min, date(1999, 12, 31)])
def test_there_is_no_report_of_the_future(day: date) -> None:
    with pytest.raises(NoSuchPeriodError):
        span_at("daily", day, NOW)


def test_a_day_whose_hours_are_gone_is_one_block() -> None:
    span = span_of("daily", date(2026, 11, 20))
    assert span.blocks(KEEPING, NOW).blocks == 24
    assert span.blocks(KEEPING, NOW + timedelta(days=100)).blocks == 1
