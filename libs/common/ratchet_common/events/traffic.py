"""Which versions serve, and what is concluded of them."""

from datetime import datetime
from typing import Literal

import msgspec

from ratchet_common.events.event import Event, Part

Conclusion = Literal["advance", "hold", "roll_back"]


class Serving(Part, frozen=True, kw_only=True):
    """How to serve a version: a model of a provider by name, or an artifact that the reader checks by its hash."""

    platform: str
    model: str = ""
    artifact: str = ""  # URL
    sha256: str = ""
    dataset_id: str = ""
    learned_until: datetime | None = None


class Holdout(Part, frozen=True, kw_only=True):
    """The units that stay on the old version for a while, so that there is something to compare with."""

    version_id: str
    percent: int
    until: datetime
    since: int = 0  # the revision by which it lost its place to what serves; 0: unknown
    begun_at: datetime | None = None  # when that was


class Shadow(Part, frozen=True, kw_only=True):
    """A version that answers a copy of some units' requests, and nobody sees it."""

    version_id: str
    percent: int
    serving: Serving


class TrafficAssigned(Event, frozen=True, kw_only=True, tag="traffic.assigned.v1"):
    task_type: str
    revision: int
    shares: dict[str, int]  # version_id to per cent; they add up to 100 (of what the holdout leaves)
    versions: dict[str, Serving]
    holdout: Holdout | None = None
    canary: str = ""  # the version that is on trial, if one is
    control: str = ""  # the version that it is compared with
    revoked: tuple[str, ...] = ()  # versions that were taken back: what they left in caches goes
    why: str = ""
    who: str = ""
    step: int = 0  # the revision since which the shares are as they are: answers are counted by it; 0: this one
    shadow: Shadow | None = None

    @property
    def since(self) -> int:
        return self.step or self.revision


class VerdictReached(Event, frozen=True, kw_only=True, tag="verdict.reached.v1"):
    task_type: str
    revision: int  # of the TrafficAssigned that it judges: the one since which the shares are as they are
    experiment_id: str
    version_id: str
    conclusion: Conclusion
    why: str
    numbers: dict[str, float] = msgspec.field(default_factory=dict)
    arm: str = ""  # of an experiment that people set up; its verdict changes no rollout, and its revision is the arms'
