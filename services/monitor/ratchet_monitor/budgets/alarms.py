"""What a budget says now, as conditions that alerts are made of. Pure.

Each share has one alert a month, which opens when it is reached, and closes when the month is over or the amount was
raised. So it is told once, however often it is looked at, and what a person resolved stays so until the month ends.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import floor
from typing import Final

from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.condition import AT_ONCE, Condition, Severity
from ratchet_monitor.budgets.budget import CRITICAL, WARNS, Budget
from ratchet_monitor.forecast import Forecast, forecast

KIND: Final = "budget"
CALM: Final = timedelta(days=1)  # a forecast wanders: one at the edge is no new alert each day


PLACES: Final = 6  # that money has: 55 % of 100 are 55, and not a trillionth more


def alarms(tenant: str, budget: Budget, spent_on: Mapping[date, float], now: datetime) -> list[Condition]:
    """`spent_on`: as `forecast` wants it, of what the budget is for."""
    foreseen = forecast(spent_on, now)
    found = [_of_share(tenant, budget, share, foreseen, now) for share in budget.shares]
    return [*found, _of_forecast(tenant, budget, foreseen, now)] if budget.forecast else found


def no_longer(alert: Alert, now: datetime) -> Condition:
    """Of a budget, or a share, that is gone, or of an earlier month."""
    return Condition(
        tenant=alert.tenant,
        source=alert.source,
        subject=alert.subject,
        kind=KIND,
        severity=alert.severity,
        holds=False,
        sentence="Its month is over, or its budget, or this share of it, is gone or switched off.",
        at=now,
        clear_for=AT_ONCE,
    )


def _of_share(tenant: str, budget: Budget, share: float, foreseen: Forecast, now: datetime) -> Condition:
    reached = foreseen.spent >= round(share * budget.amount_usd, PLACES)
    severity: Severity = "critical" if share >= CRITICAL else "warning" if share >= WARNS else "info"
    said = f"{_spent(budget, foreseen)}, {_against(share, reached, budget, foreseen)}. {_outlook(foreseen)}"
    return _condition(
        tenant, budget, f"{100 * share:g}%", severity, said, foreseen, now, holds=reached, clear_for=AT_ONCE
    )


def _against(share: float, reached: bool, budget: Budget, foreseen: Forecast) -> str:
    """Rounded down, so that it never says that one is reached which is not."""
    spent = floor(round(100 * foreseen.spent / budget.amount_usd, PLACES))
    return f"{spent:,}% of it: {100 * share:g}% are {'' if reached else 'not '}reached"


def _of_forecast(tenant: str, budget: Budget, foreseen: Forecast, now: datetime) -> Condition:
    crossed = foreseen.high is not None and foreseen.high > budget.amount_usd
    said = f"{_spent(budget, foreseen)}. {_outlook(foreseen)}"
    return _condition(tenant, budget, "forecast", "warning", said, foreseen, now, holds=crossed, clear_for=CALM)


def _spent(budget: Budget, foreseen: Forecast) -> str:
    of = ", ".join(one for one in (budget.task_type, budget.model) if one)
    return (
        f"Of the budget {budget.budget_id}{f' ({of})' if of else ''} of {budget.amount_usd:,.2f} USD, "
        f"{foreseen.spent:,.2f} are spent in {foreseen.month}"
    )


def _outlook(foreseen: Forecast) -> str:
    if foreseen.low is None:
        return foreseen.why
    return (
        f"The month will have cost about {foreseen.expected:,.2f} USD, in 8 of 10 cases "
        f"{foreseen.low:,.2f} to {foreseen.high:,.2f}."
    )


def _end_of_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def _condition(
    tenant: str,
    budget: Budget,
    what: str,
    severity: Severity,
    sentence: str,
    foreseen: Forecast,
    now: datetime,
    *,
    holds: bool,
    clear_for: timedelta,
) -> Condition:
    numbers = {
        "amount_usd": budget.amount_usd,
        "spent_usd": foreseen.spent,
        "expected_usd": foreseen.expected,
        "low_usd": foreseen.low,
        "high_usd": foreseen.high,
    }
    labels = {"budget": budget.budget_id, "task": budget.task_type, "model": budget.model}
    return Condition(
        tenant=tenant,
        source=budget.source,
        subject=f"budget {budget.budget_id}, {what} of {foreseen.month}",
        kind=KIND,
        severity=severity,
        holds=holds,
        sentence=f"{sentence} {budget.description}".strip(),
        at=now,
        task_type=budget.task_type or None,
        numbers={name: number for name, number in numbers.items() if number is not None},
        labels={name: value for name, value in labels.items() if value},
        clear_for=clear_for,
        settled_until=_end_of_month(now),
    )
