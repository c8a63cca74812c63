"""Hours and days of a tenant, and which part of a time is told by what. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_RANGES: Final = 40  # that pieces are read from; of more, those next to each other are read as one
Range = tuple[datetime, datetime | None]  # from, and before; None: up to now


class Length(StrEnum):
    HOUR = "hour"
    DAY = "day"


class Span(NamedTuple):
    tenant: str
    length: Length
    start: datetime

    @property
    def text(self) -> str:
        return f"{self.length.value}|{self.start:%Y%m%d%H}|{self.tenant}"

    @property
    def end(self) -> datetime:
        return self.start + (DAY if self.length is Length.DAY else HOUR)

    @property
    def of_day(self) -> "Span":
        return self._replace(length=Length.DAY, start=day_of(self.start))


@dataclass(frozen=True, slots=True)
class Parts:
    """`pieces`: read one by one. Of the days in `apart` the hours tell, but those in `open`; of all others the day."""

    apart: frozenset[datetime]
    open: frozenset[datetime]
    pieces: Sequence[Range]


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    return hour_of(moment).replace(hour=0)


def hour_at(place: str) -> datetime:
    """Of a place in the order of what was said (the hex of a UUIDv7: milliseconds first)."""
    return hour_of(EPOCH + timedelta(milliseconds=int(place[:12], 16)))


def parts(
    since: datetime, until: datetime | None, now: datetime, changed: Collection[datetime], days: Collection[datetime]
) -> Parts:
    """`until`: not included; None, up to now. `changed`: hours that have changed since they were added up, and `days`
    that have.

    What a clock ahead of this one dates is of an hour that has changed. What is cut is read one by one.
    """
    end = until or max([now, *changed]) + HOUR
    within = {hour for hour in changed if hour_of(since) <= hour < end}
    cut = {hour_of(at) for at in (since, until) if at and at != hour_of(at)}
    under_way = {hour_of(now)} if hour_of(since) <= hour_of(now) < end else set()
    open_hours = within | cut | under_way
    cut_days = {day_of(at) for at in (since, until) if at and at != day_of(at)}
    rows = as_one(in_a_row(sorted(open_hours), HOUR), MOST_RANGES)
    read: list[Range] = [(max(first, since), min(last, until) if until else last) for first, last in rows]
    within_rows = {hour for first, last in rows for hour in _hours(first, last)}
    apart = {day for day in days if day_of(since) <= day < end} | cut_days | {day_of(hour) for hour in within_rows}
    return Parts(frozenset(apart), frozenset(within_rows), read)


def in_a_row(starts: Sequence[datetime], length: timedelta) -> list[tuple[datetime, datetime]]:
    """Spans that follow each other as one range: from, and before."""
    ranges: list[tuple[datetime, datetime]] = []
    for start in starts:
        if ranges and ranges[-1][1] == start:
            ranges[-1] = (ranges[-1][0], start + length)
        else:
            ranges.append((start, start + length))
    return ranges


def as_one(ranges: Sequence[tuple[datetime, datetime]], most: int) -> list[tuple[datetime, datetime]]:
    """So few that each can be asked for by itself: what lies between those that are nearest is read with them."""
    if len(ranges) <= most:
        return list(ranges)
    gaps = {number: ranges[number][0] - ranges[number - 1][1] for number in range(1, len(ranges))}
    widest = sorted(sorted(gaps, key=lambda number: gaps[number], reverse=True)[: most - 1])
    edges = [0, *widest, len(ranges)]
    return [(ranges[first][0], ranges[last - 1][1]) for first, last in pairwise(edges)]


def _hours(first: datetime, last: datetime) -> list[datetime]:
    return [first + number * HOUR for number in range((last - first) // HOUR)]
