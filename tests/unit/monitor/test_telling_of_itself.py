"""What the monitor tells of itself when it is scraped, and not when it works."""

from datetime import UTC, datetime, timedelta

from ratchet_monitor.telling_of_itself import LATE, late_rules

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


class Stopped:
    """Somebody has been due since NOW, and no worker looks."""

    async def late_by(self, now: datetime) -> timedelta:
        return now - NOW


async def test_rules_that_nobody_looks_at_are_later_at_each_scrape() -> None:
    for minutes in (1, 20):
        found = await late_rules(Stopped(), lambda at=NOW + timedelta(minutes=minutes): at)  # type: ignore[misc]
        assert found == [(LATE, ("monitor",), 60.0 * minutes)]
