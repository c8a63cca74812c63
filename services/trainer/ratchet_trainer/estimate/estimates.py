"""When is an estimate of who needs the stronger models trained, and when is it sent out? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from ratchet_common.events import CurvePoint, EstimateTrained
from ratchet_common.plurals import so_many
from ratchet_trainer.artifacts import Artifact
from ratchet_trainer.estimate.outcomes import TIERS

NAMESPACE: Final = UUID("7d5c0b1e-3c1f-5b0a-9c3e-0f5c1d2b8a47")
FEWEST_NEW: Final = 50
ATTEMPTS: Final = 3  # at the same outcomes


@dataclass(frozen=True, slots=True)
class Rules:
    per_side: int = 200  # outcomes that each side needs
    growth: float = 0.2  # new outcomes, as part of those that were learned from, after which it is trained anew
    most: int = 10_000  # the newest so many are learned from


@dataclass(frozen=True, slots=True)
class Sides:
    """The cheapest tier with enough outcomes, and all above it together."""

    cheap: str
    strong: tuple[str, ...]

    def of(self, tier: str) -> bool | None:
        """Whether an answer was a strong one; None: of neither side."""
        return True if tier in self.strong else False if tier == self.cheap else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the estimate of a tenant's task stands. `learned_until`: the time of the newest outcome that it knew."""

    tenant: str
    task_type: str
    revision: int = 0
    sha256: str = ""  # of the file that routers have; empty: they have none
    attempts: int = 0  # begun and not ended: the trainer or its worker process was killed
    learned_from: int = 0
    learned_until: datetime | None = None
    why: str = ""

    @property
    def out(self) -> bool:
        return bool(self.sha256)


@dataclass(frozen=True, slots=True)
class Tried:
    """What held-out outcomes have shown: `ratchet_estimate.trial.Trial`, as it comes out of a worker process."""

    curve: tuple[tuple[float, float, float], ...]  # share, threshold, quality
    lift: float
    interval: tuple[float, float]
    cheap_outcomes: int
    strong_outcomes: int

    @property
    def beats_chance(self) -> bool:
        """The lower end of the lift is above 0."""
        return self.interval[0] > 0


def sides_of(by_tier: Mapping[str, int], per_side: int) -> Sides | None:
    """None: no tier has enough outcomes with enough above it."""
    for place, tier in enumerate(TIERS[:-1]):
        above = TIERS[place + 1 :]
        if by_tier.get(tier, 0) >= per_side and sum(by_tier.get(one, 0) for one in above) >= per_side:
            return Sides(tier, above)
    return None


def is_due(standing: Standing, new: int, rules: Rules) -> bool:
    """`new`: outcomes since `learned_until`."""
    if standing.learned_until is None:
        return True
    return new >= max(FEWEST_NEW, rules.growth * standing.learned_from)


def begun(standing: Standing) -> Standing:
    return replace(standing, attempts=standing.attempts + 1)


def given_up(standing: Standing, outcomes: int, until: datetime) -> Standing:
    """What ends each trainer that works on it waits for other outcomes. Routers keep the one that they have."""
    tries = so_many(standing.attempts, "attempt")
    why = f"No training on these outcomes came to its end, in {tries}: see the trainer's log."
    return replace(standing, attempts=0, learned_from=outcomes, learned_until=until, why=why)


def learned(standing: Standing, tried: Tried, until: datetime, sha256: str) -> Standing:
    """Routers get it where it beats chance; else one that they have is taken back. `sha256`: of its file; or empty."""
    low, high = tried.interval
    why = (
        f"Learned from {tried.cheap_outcomes} cheap and {tried.strong_outcomes} strong outcomes. Held out, it lifts "
        f"the mean score by {tried.lift:.4f} ({low:.4f} to {high:.4f}): "
        f"{'above' if tried.beats_chance else 'not above'} chance."
    )
    return _after(standing, sha256, tried.cheap_outcomes + tried.strong_outcomes, until, why)


def not_learned(standing: Standing, outcomes: int, until: datetime, why: str) -> Standing:
    """There is nothing to learn from these outcomes."""
    return _after(standing, "", outcomes, until, why)


def _after(standing: Standing, sha256: str, outcomes: int, until: datetime, why: str) -> Standing:
    changed = bool(sha256) or standing.out
    return replace(
        standing,
        revision=standing.revision + changed,
        sha256=sha256,
        attempts=0,
        learned_from=outcomes,
        learned_until=until,
        why=why,
    )


def sent_out(standing: Standing, sides: Sides, tried: Tried, artifact: Artifact, at: datetime) -> EstimateTrained:
    return EstimateTrained(
        event_id=_event_id(standing),
        occurred_at=at,
        tenant=standing.tenant,
        task_type=standing.task_type,
        revision=standing.revision,
        artifact=artifact.url,
        sha256=artifact.sha256,
        cheap=(sides.cheap,),
        strong=sides.strong,
        curve=tuple(
            CurvePoint(share=share, threshold=threshold, quality=quality) for share, threshold, quality in tried.curve
        ),
        cheap_outcomes=tried.cheap_outcomes,
        strong_outcomes=tried.strong_outcomes,
        lift=tried.lift,
        interval=tried.interval,
        why=standing.why,
    )


def taken_back(standing: Standing, at: datetime) -> EstimateTrained:
    return EstimateTrained(
        event_id=_event_id(standing),
        occurred_at=at,
        tenant=standing.tenant,
        task_type=standing.task_type,
        revision=standing.revision,
        why=standing.why,
    )


def _event_id(standing: Standing) -> UUID:
    return uuid5(NAMESPACE, f"{standing.tenant}/{standing.task_type}/{standing.revision}")
