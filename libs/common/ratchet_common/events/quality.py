"""What is known of how good models are, and of which requests need a stronger one."""

from typing import Literal

from ratchet_common.events.event import Approach, ConfidenceSource, Event, Part


class Calibration(Part, frozen=True, kw_only=True):
    """What confidence of one source has turned out to mean.

    `knots`: pairs of raw confidence and the score that feedback gives such answers, both rising from 0 to 1; between
    them lie straight lines. `n`: scores that it was learned from.
    """

    source: ConfidenceSource
    knots: tuple[tuple[float, float], ...]
    n: int
    approach: Approach | Literal[""] = ""  # of whose answers; empty: of all


class QualityMeasured(Event, frozen=True, kw_only=True, tag="quality.measured.v1"):
    task_type: str
    model: str
    score: float
    n: int
    interval: tuple[float, float]
    calibrations: tuple[Calibration, ...] = ()  # at most one a source and approach


class CurvePoint(Part, frozen=True, kw_only=True):
    """Where the stronger tiers take what they are estimated to gain `threshold` or more at: the share of requests that
    this is, and the mean score that held-out outcomes show for it."""

    share: float
    threshold: float
    quality: float


class EstimateTrained(Event, frozen=True, kw_only=True, tag="estimate.trained.v1"):
    """Which requests need a stronger tier, as learned from outcomes. Without an artifact: it is not known any more."""

    task_type: str
    revision: int
    artifact: str = ""  # URL of what tells two scores of a request: of the cheap tiers' answers, of the strong ones'
    sha256: str = ""
    cheap: tuple[str, ...] = ()  # tiers
    strong: tuple[str, ...] = ()
    curve: tuple[CurvePoint, ...] = ()  # from no request on the strong side to all
    cheap_outcomes: int = 0
    strong_outcomes: int = 0
    lift: float = 0.0  # of the mean score over drawing by chance as many requests, held out, over all shares
    interval: tuple[float, float] = (0.0, 0.0)  # 95 % of it
    why: str = ""
