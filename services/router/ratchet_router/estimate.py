"""Will a cheap model do? What is estimated of a request, against the gain from which a stronger one is asked. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ratchet_catalogue.catalogue import TIERS, Model
from ratchet_common.events import CurvePoint

NOBODY, EVERYBODY = 1.0, -1.0  # gains of scores lie between


@dataclass(frozen=True, slots=True)
class Aim:
    """`share`: of the requests, to the stronger tiers. `quality`: the part of the way from the cheap tiers' mean score
    to theirs. `by` says which of them counts."""

    by: Literal["share", "quality", "off"] = "off"
    share: float = 0.5
    quality: float = 0.9


@dataclass(frozen=True, slots=True)
class Doubt:
    """The expected scores of an answer by the `cheap` tiers and by stronger ones, and the least gain that counts."""

    cheap_tiers: tuple[str, ...]
    cheap: float
    strong: float
    threshold: float

    @property
    def holds(self) -> bool:
        return self.strong - self.cheap >= self.threshold

    def against(self, model: Model) -> str:
        """Why the model is left out; empty if it is not."""
        return self.reason if self.holds and model.tier in _up_to(self.cheap_tiers) else ""

    @property
    def reason(self) -> str:
        tier, counts = " or ".join(self.cheap_tiers), "counts" if self.holds else "would count"
        return (
            f"An answer of the tier {tier} is estimated at {self.cheap:.2f}, of a stronger tier at {self.strong:.2f}: "
            f"a gain {counts} from {self.threshold:.2f}."
        )


def _up_to(tiers: Sequence[str]) -> Sequence[str]:
    """They and all below: where balanced will not do, fast will not either."""
    places = [place for place, tier in enumerate(TIERS) if tier in tiers]
    return TIERS[: max(places, default=-1) + 1]


def threshold_for(curve: Sequence[CurvePoint], aim: Aim) -> float:
    """The gain from which a stronger tier is asked; NOBODY where the aim needs none. `curve`: by ascending share."""
    if aim.by == "off" or len(curve) < 2:
        return NOBODY
    share = aim.share if aim.by == "share" else _share_for(curve, aim.quality)
    return _between(curve, share)


def _share_for(curve: Sequence[CurvePoint], part: float) -> float:
    """The least share whose mean score lies so far on the way. All of a way that leads down is at its beginning."""
    low, high = curve[0].quality, curve[-1].quality
    wanted = low + part * (high - low)
    if high <= low:
        return 0.0
    for before, after in pairwise(curve):
        if before.quality >= wanted:
            return before.share
        if after.quality >= wanted:
            way = (wanted - before.quality) / (after.quality - before.quality)
            return before.share + way * (after.share - before.share)
    return 1.0


def _between(curve: Sequence[CurvePoint], share: float) -> float:
    """The threshold at a share, on a straight line between the curve's points."""
    if not 0 < share < 1:
        return NOBODY if share <= 0 else EVERYBODY
    for before, after in pairwise(curve):
        if share < after.share:
            way = (share - before.share) / (after.share - before.share)
            return before.threshold + way * (after.threshold - before.threshold)
    return curve[-1].threshold
