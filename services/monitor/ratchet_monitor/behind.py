"""How far numbers are behind what came: hours of the time that was asked for wait to be built anew. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ratchet_common.plurals import so_many
from ratchet_monitor.turns import Waiting

MOST: Final = 1_000  # hours of tasks that are counted
MOMENT: Final = timedelta(seconds=10)  # an hour that goes on is built every few seconds: less is not worth a word


@dataclass(frozen=True, slots=True)
class Behind:
    """Something came into hours of this time that is not in these numbers yet. `changed_hours`: those, each once for
    each task; at most 1,000 are counted. `since`: when the first of them changed. `note`: the same in words, empty if
    it was a moment ago."""

    changed_hours: int
    since: datetime
    note: str


def behind(waiting: Collection[Waiting], at: datetime) -> Behind | None:
    """None: all that the monitor took in is in the numbers."""
    if not waiting:
        return None
    since = min(one.since for one in waiting)
    return Behind(len(waiting), since, _told(len(waiting), since) if at - since >= MOMENT else "")


def _told(hours: int, since: datetime) -> str:
    what = so_many(hours, "changed hour") if hours < MOST else f"{MOST:,} changed hours or more"
    return (
        f"These numbers are not complete: {what}, the first since {since:%Y-%m-%d %H:%M:%S} UTC, of some task each, "
        "are yet to be built anew. Ask again in a while."
    )
