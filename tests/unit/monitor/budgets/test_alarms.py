"""Each share of a budget is told once a month, and the forecast when it crosses it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import resolved, told
from ratchet_monitor.alerts.condition import Condition
from ratchet_monitor.budgets.alarms import alarms
from ratchet_monitor.budgets.budget import Budget, unfit
from ratchet_monitor.budgets.watching import WatchingBudgets
from ratchet_monitor.hours import BucketKey, day_of
from tests.unit.monitor.make import observation
from tests.unit.monitor.memory import InMemoryBuckets
from tests.unit.monitor.test_downsampling import contents_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 20, 12, tzinfo=UTC)


def budget(**given: Any) -> Budget:
    return Budget(**{"budget_id": "team", "amount_usd": 100.0} | given)


def spent(usd: float, days: int = 19) -> dict[date, float]:
    """As much on each of the whole days before today."""
    return {NOW.date() - timedelta(days=back): usd for back in range(1, days + 1)}


def held(found: Sequence[Condition]) -> list[str]:
    return [one.subject for one in found if one.holds]


@pytest.mark.parametrize(("share", "reached"), [(0.55, True), (0.07, True), (0.56, False)])
def test_a_share_is_reached_to_the_cent(share: float, reached: bool) -> None:
    cents = {0.07: 0.7}.get(share, 5.5)
    (found,) = alarms("acme", budget(forecast=False, shares=[share]), spent(cents, days=10), NOW)
    assert found.holds is reached


def test_shares_that_are_reached_hold_each_by_itself() -> None:
    found = alarms("acme", budget(forecast=False), spent(4.5), NOW)
    assert held(found) == ["budget team, 50% of 2026-11", "budget team, 80% of 2026-11"]
    assert [one.severity for one in found] == ["info", "warning", "critical"]
    assert all(one.kind == "budget" and one.source == "budget:team" for one in found)
    assert "85.50 are spent in 2026-11, 85% of it: 80% are reached." in found[1].sentence
    assert "85% of it: 100% are not reached." in found[2].sentence


def test_one_that_would_tell_nobody_is_refused_by_its_field() -> None:
    silent = unfit(budget(shares=(), forecast=False))
    assert silent is not None
    assert (silent.field, silent.why[-1]) == ("shares", ".")
    telling: list[dict[str, Any]] = [
        {"forecast": False},
        {"shares": ()},
        {"shares": (), "forecast": False, "enabled": False},
    ]
    assert not any(unfit(budget(**one)) for one in telling)


def test_a_forecast_that_crosses_the_amount_holds_before_it_is_spent() -> None:
    found = alarms("acme", budget(shares=()), spent(4.0), NOW)
    assert held(found) == ["budget team, forecast of 2026-11"]
    assert found[0].numbers["high_usd"] > 100 > found[0].numbers["spent_usd"]
    assert not held(alarms("acme", budget(amount_usd=10_000.0), spent(4.0), NOW))


def test_with_too_few_days_nothing_is_foreseen_and_shares_count_all_the_same() -> None:
    found = alarms("acme", budget(), {NOW.date(): 60.0}, NOW)
    assert held(found) == ["budget team, 50% of 2026-11"]
    assert "are needed before anything is foreseen" in found[-1].sentence


def test_a_new_month_begins_at_nothing() -> None:
    assert not held(alarms("acme", budget(forecast=False), spent(50.0), datetime(2026, 12, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    "given",
    [
        {"amount_usd": 0.0},
        {"amount_usd": -1.0},
        {"amount_usd": float("nan")},
        {"amount_usd": float("inf")},
        {"shares": (0.8, 0.5)},
        {"shares": (0.5, 0.5)},
        {"shares": (float("nan"),)},
        {"shares": (0.0,)},
        {"shares": (0.5, 0.5001)},
        {"amount_usd": 5e-324},
        {"task_type": "poem"},
        {"budget_id": "Team One"},
        {"description": "a\u202eb"},
        {"currency": "EUR"},
    ],
)
def test_what_is_no_budget_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        budget(**given)


class Site:
    """Budgets, buckets and alerts in memory."""

    def __init__(self, *budgets: Budget) -> None:
        self.budgets, self.buckets, self.known, self.reads = list(budgets), InMemoryBuckets(), dict[str, Alert](), 0
        self.watching = WatchingBudgets(self, self.buckets, self, timedelta(minutes=5))

    async def all(self, tenant: str) -> Sequence[Budget]:
        assert tenant == "acme"
        return list(self.budgets)

    async def watched(self, tenant: str) -> Sequence[Alert]:
        self.reads += 1
        return [one for one in self.known.values() if one.tenant == tenant and one.watched]

    async def tell(self, conditions: Sequence[Condition]) -> None:
        for one in conditions:
            after = told(self.known.get(one.subject), one)
            if after is not None:
                self.known[one.subject] = after[0]

    async def spend(self, usd: int, at: datetime) -> None:
        key = BucketKey("acme", "summary", day_of(at))
        made = [observation(n, at=at, cost_usd=Decimal(1)) for n in range(usd)]
        times, _ = await self.buckets.built(key)
        await self.buckets.write(key, contents_of(made), after=times)

    @property
    def open(self) -> list[str]:
        return sorted(subject for subject, one in self.known.items() if one.state == "open")


async def test_it_is_told_once_and_closes_with_the_month() -> None:
    site = Site(budget(forecast=False), budget(budget_id="qa", task_type="qa", forecast=False))
    await site.spend(85, NOW)
    for minutes in range(0, 60, 6):
        await site.watching.look("acme", NOW + timedelta(minutes=minutes))
    assert site.open == ["budget team, 50% of 2026-11", "budget team, 80% of 2026-11"]
    assert [one.revision for one in site.known.values()] == [1, 1]
    await site.watching.look("acme", datetime(2026, 12, 1, 1, tzinfo=UTC))
    assert site.open == []


async def test_each_month_is_told_anew_where_one_passes_into_the_next_at_once() -> None:
    """Nobody looks between the last of a month and a share that is reached on the first of the next."""
    site = Site(budget(shares=(0.5,), forecast=False))
    await site.spend(60, OCTOBER)
    await site.watching.look("acme", OCTOBER)
    first = datetime(2026, 11, 1, 3, tzinfo=UTC)
    await site.spend(55, first)
    await site.watching.look("acme", first + timedelta(hours=1))
    assert site.open == ["budget team, 50% of 2026-11"]
    assert [one.state for one in site.known.values()] == ["closed", "open"]


async def test_a_share_that_a_person_resolved_stays_so_until_the_month_ends() -> None:
    site = Site(budget(shares=(0.5,), forecast=False))
    await site.spend(60, OCTOBER)
    await site.watching.look("acme", OCTOBER)
    ((subject, alert),) = site.known.items()
    done = resolved(alert, "ann", "known", OCTOBER + timedelta(minutes=1))
    assert done is not None
    site.known[subject] = done[0]
    for day in range(1, 11):
        await site.watching.look("acme", OCTOBER + timedelta(days=day))
        assert site.open == []
    await site.spend(51, datetime(2026, 11, 2, tzinfo=UTC))
    await site.watching.look("acme", datetime(2026, 11, 3, tzinfo=UTC))
    assert site.open == ["budget team, 50% of 2026-11"]


async def test_a_budget_that_was_raised_or_deleted_closes_its_alerts_at_once() -> None:
    site = Site(budget(forecast=False))
    await site.spend(85, NOW)
    await site.watching.look("acme", NOW)
    site.budgets = [budget(forecast=False, amount_usd=150.0)]
    await site.watching.look("acme", NOW + timedelta(seconds=30))
    assert site.open == ["budget team, 50% of 2026-11"]
    site.budgets = []
    await site.watching.look("acme", NOW + timedelta(seconds=60))
    assert site.open == []


async def test_between_two_looks_nothing_is_read() -> None:
    site = Site(budget())
    await site.watching.look("acme", NOW)
    await site.watching.look("acme", NOW + timedelta(minutes=4))
    assert site.reads == 1
