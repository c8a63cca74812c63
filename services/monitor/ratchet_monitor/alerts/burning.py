"""How fast an objective's error budget burns, and when that is worth waking somebody. Pure.

Multi-window, multi-burn-rate, as in chapter 5 of Google's SRE Workbook ("Alerting on SLOs", 2018): a burn rate of 1
uses up the budget exactly in the objective's 30 days. An alert needs a long window, so that it is significant, and a
short one, so that it ends soon after the trouble has.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from ratchet_monitor.alerts.condition import Severity

MONTH_MINUTES: Final = 30 * 24 * 60


class Pair(BaseModel):
    """Both windows must burn faster than `factor`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    factor: float = Field(gt=0, le=10_000, description="times as fast as the budget lasts for 30 days")
    long_minutes: int = Field(ge=5, le=MONTH_MINUTES)
    short_minutes: int = Field(ge=5, le=MONTH_MINUTES)
    severity: Severity


PAIRS: Final = (
    Pair(factor=14.4, long_minutes=60, short_minutes=5, severity="critical"),  # 2 % of the budget in an hour
    Pair(factor=6, long_minutes=360, short_minutes=30, severity="critical"),  # 5 % in six hours
    Pair(factor=1, long_minutes=4320, short_minutes=360, severity="warning"),  # 10 % in three days
)


def burn_rate(bad: int, of: int, target: float) -> float:
    """Zero of nothing."""
    return bad / of / (1 - target) if of else 0.0


def budget_used(rate: float, minutes: int, period_minutes: int = MONTH_MINUTES) -> float:
    """The share of the period's error budget that goes in `minutes` at that rate."""
    return rate * minutes / period_minutes


def minutes_to_alert(error_rate: float, target: float, pair: Pair) -> float:
    """From the beginning of an outage with that share of bad answers, where all was well before; infinite if never."""
    needed = pair.factor * (1 - target) / error_rate
    return pair.long_minutes * needed if needed < 1 else float("inf")
