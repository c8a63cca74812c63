"""When is retraining due? Pure: what was counted goes in, reasons come out."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    corrections: int = 50
    negative_share: float = 0.20
    ratings: int = 30  # fewer say nothing about a share
    cool_down: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one task has gathered since its last training."""

    corrections: int = 0
    ratings: int = 0
    negative: int = 0
    drifted: bool = False
    triggers: int = 0  # how many there have been
    triggered_at: datetime | None = None

    @property
    def negative_share(self) -> float:
        return self.negative / self.ratings if self.ratings else 0.0


def reasons(tally: Tally, limits: Limits) -> tuple[str, ...]:
    """Why the task should be trained anew, whether or not it was just asked for."""
    share, ratings = tally.negative_share, tally.ratings
    found = {
        f"{tally.corrections} corrections (limit {limits.corrections})": tally.corrections >= limits.corrections,
        f"{share:.0%} negative of {ratings} (limit {limits.negative_share:.0%})": ratings >= limits.ratings
        and share > limits.negative_share,
        "drift": tally.drifted,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def cools_down_until(tally: Tally, limits: Limits, now: datetime) -> datetime | None:
    """None: nothing holds a trigger back."""
    if tally.triggered_at is None or now >= tally.triggered_at + limits.cool_down:
        return None
    return tally.triggered_at + limits.cool_down


def reasons_to_retrain(tally: Tally, limits: Limits, now: datetime) -> tuple[str, ...]:
    return () if cools_down_until(tally, limits, now) else reasons(tally, limits)


def look_again_at(tally: Tally, limits: Limits, now: datetime) -> datetime | None:
    """A task that is due while it cools down is looked at again then, even if nobody says anything more."""
    return cools_down_until(tally, limits, now) if reasons(tally, limits) else None
