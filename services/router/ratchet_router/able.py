"""What a request asks of whoever answers it, and which trained version could. Pure."""

from datetime import datetime
from typing import Protocol

from ratchet_catalogue.catalogue import Catalogue, Platform, Tier
from ratchet_common.events import TrafficAssigned
from ratchet_router.ask import Ask
from ratchet_router.grounding.approaches import tuned_version
from ratchet_router.planned import Trained
from ratchet_router.routing import Wanted

BASE_PLATFORM = "base"


class Known(Protocol):
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def assigned(self) -> TrafficAssigned | None: ...
    @property
    def now(self) -> datetime: ...


def wanted_of(ask: Ask, hard: float, tier: Tier | None) -> Wanted:
    return Wanted(
        task_type=ask.task_type,
        complexity=hard,
        input_tokens=ask.input_tokens,
        max_output_tokens=ask.max_output_tokens,
        priorities=ask.priorities,
        tier=tier,
        capabilities=ask.capabilities,
        max_cost_usd=ask.max_cost_usd,
        deadline_s=ask.deadline_s,
        batched_by=ask.batched_by,
    )


def trained_of(ask: Ask, version: str, known: Known) -> Trained | None:
    """None for the base route, for what has no platform here, and for what the request asks too much of."""
    serving = known.assigned.versions.get(version) if known.assigned else None
    if serving is None or serving.platform == BASE_PLATFORM or ask.capabilities:
        return None
    platform = known.catalogue.platforms.get(serving.platform)
    if platform is None or too_dear(ask, platform):
        return None
    return Trained(version, serving, platform)


def tuned_of(ask: Ask, unit: str, known: Known) -> Trained | None:
    """The one that serves the task: that of the unit's share, or the one with most of the traffic."""
    version = tuned_version(known.assigned, unit, known.now)
    return trained_of(ask, version, known) if version else None


def too_dear(ask: Ask, platform: Platform) -> bool:
    return ask.max_cost_usd is not None and platform.prices.of(wanted_of(ask, 0.0, None).usage) > ask.max_cost_usd
