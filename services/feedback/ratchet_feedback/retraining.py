"""When is retraining due? Pure: what was counted goes in, reasons come out.

A person may hold a task, or dismiss its reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    corrections: int = 50
    negative_share: float = 0.20
    ratings: int = 30  # fewer say nothing about a share
    cool_down: timedelta = timedelta(hours=24)
    age: timedelta = timedelta(days=30)  # of the last training; zero: age is no reason
    age_ratings: int = 10  # that came since: with fewer there is little new to learn


class Kind(StrEnum):
    """Of a reason."""

    CORRECTIONS = "corrections"
    NEGATIVE = "negative"
    DRIFT = "drift"
    AGE = "age"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person lets no trigger out. `until`: None, until it is released."""

    at: datetime
    who: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """A person has said that these are no reasons. What is counted counts on from its figures, until a training."""

    at: datetime
    who: str
    why: str
    reasons: tuple[str, ...]  # as they were said
    kinds: frozenset[Kind]
    corrections: int = 0
    ratings: int = 0
    negative: int = 0
    drifted_at: datetime | None = None
    trained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What one task has gathered since its last training."""

    corrections: int = 0
    ratings: int = 0
    negative: int = 0
    drifted: bool = False
    triggers: int = 0  # how many there have been
    triggered_at: datetime | None = None
    drifted_at: datetime | None = None  # when the latest drift that is open began
    trained_at: datetime | None = None  # what was said after this has taught nothing yet; None: never trained
    hold: Hold | None = None
    dismissal: Dismissal | None = None
    decided: int = 0  # how often a person has decided
    counts: int = 0  # how often it was counted before

    @property
    def negative_share(self) -> float:
        return self.negative / self.ratings if self.ratings else 0.0


def reasons(tally: Tally, limits: Limits, now: datetime) -> tuple[str, ...]:
    """Why the task should be trained anew, whether or not it was just asked for, or is held."""
    return tuple(found(tally, limits, now).values())


def found(tally: Tally, limits: Limits, now: datetime) -> Mapping[Kind, str]:
    corrections, ratings, negative = _since_dismissed(tally)
    share = negative / ratings if ratings else 0.0
    all_of_them = {
        Kind.CORRECTIONS: (
            corrections >= limits.corrections,
            f"{corrections} corrections (limit {limits.corrections}){_anew(tally, Kind.CORRECTIONS)}",
        ),
        Kind.NEGATIVE: (
            ratings >= limits.ratings and share > limits.negative_share,
            f"{share:.0%} negative of {ratings} (limit {limits.negative_share:.0%}){_anew(tally, Kind.NEGATIVE)}",
        ),
        Kind.DRIFT: (tally.drifted and not _drift_is_dismissed(tally), "drift"),
        Kind.AGE: _aged(tally, limits, now),
    }
    return {kind: reason for kind, (holds, reason) in all_of_them.items() if holds}


def dismissed(tally: Tally, limits: Limits, now: datetime, *, who: str, why: str) -> Dismissal | None:
    """Of the present reasons, beside what was dismissed before; None: there is no reason."""
    present, before = found(tally, limits, now), dismissal_in_effect(tally)
    if not present:
        return None
    counted = before or Dismissal(at=now, who=who, why=why, reasons=(), kinds=frozenset())
    if Kind.CORRECTIONS in present:
        counted = replace(counted, corrections=tally.corrections)
    if Kind.NEGATIVE in present:
        counted = replace(counted, ratings=tally.ratings, negative=tally.negative)
    if Kind.DRIFT in present:
        counted = replace(counted, drifted_at=tally.drifted_at)
    told, kinds = tuple(present.values()), counted.kinds | frozenset(present)
    return replace(counted, at=now, who=who, why=why, reasons=told, kinds=kinds, trained_at=tally.trained_at)


def dismissal_in_effect(tally: Tally) -> Dismissal | None:
    """A training ends it: everything counts anew then."""
    its = tally.dismissal
    return its if its is not None and its.trained_at == tally.trained_at else None


def held(tally: Tally, now: datetime) -> Hold | None:
    its = tally.hold
    return its if its is not None and (its.until is None or now < its.until) else None


def cools_down_until(tally: Tally, limits: Limits, now: datetime) -> datetime | None:
    """None: nothing holds a trigger back."""
    if tally.triggered_at is None or now >= tally.triggered_at + limits.cool_down:
        return None
    return tally.triggered_at + limits.cool_down


def reasons_to_retrain(tally: Tally, limits: Limits, now: datetime) -> tuple[str, ...]:
    return () if cools_down_until(tally, limits, now) or held(tally, now) else reasons(tally, limits, now)


def look_again_at(tally: Tally, limits: Limits, now: datetime) -> datetime | None:
    """When a trigger may go out, or a reason be there, even if nobody says anything more."""
    if not reasons(tally, limits, now):
        of_age = _of_age_at(tally, limits)
        return of_age if of_age is not None and of_age > now else None
    hold = held(tally, now)
    if hold is not None and hold.until is None:
        return None  # a release is a change, and is looked at
    ends = (cools_down_until(tally, limits, now), hold.until if hold else None)
    return max((end for end in ends if end is not None), default=None)


def _since_dismissed(tally: Tally) -> tuple[int, int, int]:
    """Corrections, ratings and negative ones. What is taken back later makes none of them less than nothing."""
    its = dismissal_in_effect(tally)
    if its is None:
        return tally.corrections, tally.ratings, tally.negative
    corrections = tally.corrections - (its.corrections if Kind.CORRECTIONS in its.kinds else 0)
    ratings = tally.ratings - (its.ratings if Kind.NEGATIVE in its.kinds else 0)
    negative = tally.negative - (its.negative if Kind.NEGATIVE in its.kinds else 0)
    return max(0, corrections), max(0, ratings), max(0, negative)


def _anew(tally: Tally, kind: Kind) -> str:
    its = dismissal_in_effect(tally)
    return " since that was dismissed" if its is not None and kind in its.kinds else ""


def _drift_is_dismissed(tally: Tally) -> bool:
    its = dismissal_in_effect(tally)
    return its is not None and Kind.DRIFT in its.kinds and its.drifted_at == tally.drifted_at


def _aged(tally: Tally, limits: Limits, now: datetime) -> tuple[bool, str]:
    at = _of_age_at(tally, limits)
    if at is None or tally.trained_at is None or now < at:
        return False, ""
    days = (now - tally.trained_at).days
    return True, f"no training for {days} days (limit {limits.age.days}), and {tally.ratings} ratings since"


def _of_age_at(tally: Tally, limits: Limits) -> datetime | None:
    """None: it does not come to that, unless more is said. What was never trained is not too old."""
    if tally.trained_at is None or not limits.age or tally.ratings < limits.age_ratings:
        return None
    its = dismissal_in_effect(tally)
    since = max(tally.trained_at, its.at) if its is not None and Kind.AGE in its.kinds else tally.trained_at
    return since + limits.age
