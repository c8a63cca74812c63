"""What the trainer's traffic says about learning: until when the versions that serve have listened to feedback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ratchet_common.events import TrafficAssigned


@dataclass(frozen=True, slots=True)
class Listened:
    """A version that serves, and the moment up to which it has learned from feedback."""

    version_id: str
    until: datetime


def listened(traffic: TrafficAssigned) -> tuple[Listened, ...]:
    """The trained versions that get traffic."""
    serving = {version for version, share in traffic.shares.items() if share > 0}
    if traffic.holdout:
        serving.add(traffic.holdout.version_id)
    found = {v: s.learned_until for v, s in traffic.versions.items() if v in serving and s.learned_until}
    return tuple(Listened(version, until) for version, until in sorted(found.items()))


def counts_from(traffic: TrafficAssigned) -> datetime | None:
    """What was said after this has taught nothing yet: the newest version's end of learning; None: since ever."""
    newest = traffic.canary or max(traffic.shares, key=lambda version: traffic.shares[version], default="")
    serving = traffic.versions.get(newest)
    return serving.learned_until if serving else None


def learned_by(joined_at: datetime, versions: Sequence[Listened]) -> str | None:
    """The version that serves today and had heard this feedback when it was trained; the first of several."""
    heard = [version for version in versions if version.until >= joined_at]
    return min(heard, key=lambda version: (version.until, version.version_id)).version_id if heard else None
