"""Times of day, however they are written. Pure.

A time is the set of minutes since midnight that it may stand for: "3:00" may be night or afternoon, "3 pm" and "15:00"
may not. What is told in words alone ("at three", "half past two") is not read, but for noon and midnight.
"""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_router.checking.figures import UNSPACED

Minutes = frozenset[int]
HALF_A_DAY: Final = 720
EARLIEST: Final = 6  # o'clock: 1h30 is how long something takes
NOON: Final = "noon midday mittags mittag midi mediodía mezzogiorno meio-dia"
MIDNIGHT: Final = "midnight mitternacht minuit medianoche mezzanotte meia-noite middernacht"

# All begin with the digit itself, so that the search skips what is none. Where words are not set apart by spaces, any
# sign may stand before it.
HOUR: Final = rf"(?P<hour>\d(?<![^\W{UNSPACED}]\d)\d?)"
_TIME = re.compile(
    rf"{HOUR}(?::(?P<minute>\d{{2}})(?::\d{{2}})?(?:\s?(?P<half>[ap])\.?m\b)?|\s?(?P<its_half>[ap])\.?m\b"
    r"|h(?P<after_h>\d{2})(?!\w)|(?:\.(?P<after_dot>\d{2}))?\s?Uhr\b)",
    re.I,
)
# These are times only where a document has them: in an answer "14 h" may be hours.
_HOURS = re.compile(
    HOUR + r"\s?(?:h(?!\w|\s\d{2}(?!\d))|o['\u2019]clock|[時时点點시](?:\s?(?P<minute>\d{1,2})[分분])?)"
)
_HOURS_AND_MINUTES = re.compile(HOUR + r"\s?h\s(?P<minute>\d{2})(?!\d)")  # as in French
_UNTIL = re.compile(
    r"(?P<hour>\d(?<!\w\d)\d?)(?::(?P<minute>\d{2}))?\s?(?:-|\u2013|to|until|till|and)\s?\d{1,2}(?::\d{2})?\s?[ap]\.?m\b",
    re.I,
)
_NOON = re.compile(rf"\b(?:(?P<noon>{NOON.replace(' ', '|')})|{MIDNIGHT.replace(' ', '|')})\b", re.I)


def times_in(text: str) -> Iterator[tuple[int, int, Minutes]]:
    """Start, end, and the minutes."""
    for found in _TIME.finditer(text):
        if found["after_h"] and int(found["hour"]) < EARLIEST:
            continue
        minute = found["minute"] or found["after_h"] or found["after_dot"]
        minutes = _minutes(found["hour"], minute, found["half"] or found["its_half"] or "")
        if minutes:
            yield *found.span(), minutes


def times_told(text: str) -> Minutes:
    """All that a document tells, in words and in the ways that may mean something else in an answer."""
    told = {minute for _, _, minutes in times_in(text) for minute in minutes}
    for found in (*_HOURS.finditer(text), *_HOURS_AND_MINUTES.finditer(text), *_UNTIL.finditer(text)):
        told |= _minutes(found["hour"], found["minute"], "")
    told |= {HALF_A_DAY if found["noon"] else 0 for found in _NOON.finditer(text)}
    return frozenset(told)


def _minutes(hour: str, minute: str | None, half: str) -> Minutes:
    hours, minutes = int(hour), int(minute or 0)
    if hours > 24 or minutes >= 60:
        return frozenset()
    if hours > 12 or not (hours or half):
        return frozenset({hours % 24 * 60 + minutes})
    early = hours % 12 * 60 + minutes
    return frozenset({"a": {early}, "p": {early + HALF_A_DAY}}.get(half.lower(), {early, early + HALF_A_DAY}))
