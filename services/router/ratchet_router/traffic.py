"""Which version answers a unit? Pure: a stable hash, so that the units of 10 % are among those of 50 %."""

import hashlib
from datetime import datetime

from ratchet_common.events import BASE_VERSION, TrafficAssigned

WHOLE = 100.0


def position(tenant: str, task_type: str, unit: str) -> float:
    """Where a unit stands in [0, 100): the same on every replica, at every time."""
    digest = hashlib.sha256(f"{tenant}/{task_type}/{unit}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 * WHOLE


def assigned_version(assigned: TrafficAssigned, unit: str, now: datetime) -> str:
    """The holdout keeps the units at the end; of the others the canary takes the first, then control, then the rest."""
    at = position(assigned.tenant, assigned.task_type, unit)
    holdout = assigned.holdout
    if holdout is not None and now < holdout.until:
        left = WHOLE - holdout.percent
        if at >= left:
            return holdout.version_id
        at = at / left * WHOLE
    end = 0.0
    for version in _in_order(assigned):
        end += assigned.shares[version]
        if at < end:
            return version
    return BASE_VERSION


def _in_order(assigned: TrafficAssigned) -> list[str]:
    first = [version for version in (assigned.canary, assigned.control) if version in assigned.shares]
    return list(dict.fromkeys(first + sorted(assigned.shares)))
