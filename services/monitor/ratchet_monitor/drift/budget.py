"""How many false alarms a month may bring, spent as time passes. Pure."""

from datetime import timedelta
from typing import Final

MONTH: Final = timedelta(days=30)
LONGEST_GAP: Final = timedelta(days=1)  # what a silent stream does not spend is lost: no observation is worth an alarm


def stake(alarms_a_month: float, gap: timedelta, streams: int) -> float:
    """Of one observation that comes `gap` after the one before on its stream, the others having the same share.

    However much traffic there is, the stakes of all streams add up to no more than `alarms_a_month`, and with them the
    false alarms that are to be expected.
    """
    if not (alarms_a_month > 0 and streams > 0):
        raise ValueError(f"{alarms_a_month} false alarms a month on {streams} streams: both must be above 0.")
    return min(1.0, alarms_a_month / streams * (min(max(gap, timedelta(0)), LONGEST_GAP) / MONTH))


def level(alarms_a_month: float, looks_a_month: float) -> float:
    """Of the test at one look, so that all looks of a month together give no more false alarms than that."""
    if not (alarms_a_month > 0 and looks_a_month > 0):
        raise ValueError(f"{alarms_a_month} false alarms a month at {looks_a_month} looks: both must be above 0.")
    return min(0.5, alarms_a_month / looks_a_month)
