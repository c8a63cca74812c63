"""Events and facts to test with; what a test does not name is ordinary."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from ratchet_common.events import NOTHING, Decision, FeedbackJoined, PredictionMade, Serving, TrafficAssigned, Usage
from ratchet_monitor.experiments import Experiment, experiment_of
from ratchet_monitor.observations import Observation, observation_of

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
HOUR = NOW.replace(minute=0)
EARLIER = NOW - timedelta(hours=3)

Said = PredictionMade | FeedbackJoined


def result_id(number: int, at: datetime = NOW) -> UUID:
    """A UUIDv7 of that time."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | number)


def prediction(
    number: int,
    *,
    at: datetime = NOW,
    by: str = "share",
    revision: int = 1,
    arm: str = "",
    fell_back: bool = False,
    abstained: bool = False,
    **changes: Any,
) -> PredictionMade:
    """`arm`: the version that the share gave to the unit, where another one answered."""
    assigned = arm or changes.get("version_id", "base")
    event = PredictionMade(
        tenant="acme",
        event_id=UUID(int=number),
        occurred_at=at,
        result_id=result_id(number, at),
        task_type="summary",
        unit=f"unit-{number}",
        model="small-model",
        version_id="base",
        tier="fast",
        decision=Decision(
            assigned_by=by,  # type: ignore[arg-type]
            revision=revision,
            assigned_version=assigned,
            fell_back=fell_back,
            abstained=abstained,
        ),
        outcome="ok",
        usage=Usage(),
        cost_usd=Decimal("0.002"),
        latency_ms=200.0,
    )
    return msgspec.structs.replace(event, **changes)


def observation(number: int, *, seen_at: datetime = NOW, **changes: Any) -> Observation:
    return observation_of(prediction(number, **changes), seen_at)


def joined(
    number: int, score: float, *, at: datetime = NOW, user: str = "ann", revision: int = 1, **changes: Any
) -> FeedbackJoined:
    assigned = changes.get("version_id", "base")
    event = FeedbackJoined(
        tenant="acme",
        event_id=uuid5(result_id(number, at), f"{user}/{revision}"),
        occurred_at=at,
        result_id=result_id(number, at),
        user_id=user,
        revision=revision,
        task_type="summary",
        version_id="base",
        model="small-model",
        input=NOTHING,
        output="It went well.",
        rating="positive" if score > 0.5 else "negative",
        score=score,
        score_source="correction",
        unit=f"unit-{number}",
        assigned_by="share",
        traffic_revision=1,
        assigned_version=assigned,
    )
    return msgspec.structs.replace(event, **changes)


def traffic(
    revision: int = 1, *, canary: str = "summary-00000001", control: str = "base", percent: int = 10, **changes: Any
) -> TrafficAssigned:
    shares = {canary: percent, control: 100 - percent} if canary else {control: 100}
    event = TrafficAssigned(
        tenant="acme",
        event_id=UUID(int=revision),
        occurred_at=NOW - timedelta(minutes=20),
        task_type="summary",
        revision=revision,
        shares=shares,
        versions={version: Serving(platform="local") for version in shares},
        canary=canary,
        control=control if canary else "",
    )
    return msgspec.structs.replace(event, **changes)


def experiment(**changes: Any) -> Experiment:
    found = experiment_of(traffic(**changes))
    assert found is not None
    return found


EVENTS: list[Said] = [
    *(prediction(n, latency_ms=17.0 * n, model=f"m{n % 2}", confidence=n / 12) for n in range(8)),
    *(prediction(n, at=EARLIER, outcome="failed") for n in range(20, 23)),
    prediction(30, cached_from=result_id(21, EARLIER), cost_usd=Decimal(0)),
    *(joined(n, n / 10) for n in range(0, 8, 2)),
    *(joined(2, 0.9, user="bob", revision=r) for r in (1, 2, 3)),
    joined(20, 1.0, at=EARLIER),
    joined(99, 1.0),
]
