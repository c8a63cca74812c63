"""How often each day of a task was built, beside the days: of a tenant and a month one small document.

The embedded store reads the whole of a document to tell a part of it, and thirty days of a busy tenant are 30 MB: to
read out of them how often each was built took longer than all else that a question waits for. Whoever writes a day says
so here, after it is written and before its mark is cleared: who sees no mark reads here what he may hold.

An earlier release may go on beside this one for a while; it builds days, and does not say so here. So each replica asks
the days themselves when a tenant first asks it something, and again once in a while as long as he does. What they say
beyond what stands here is added to it. So is all of a store that an earlier release has filled.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.stretches import Day

AGAIN_S: Final = 300.0  # what an earlier release builds is found so much later, or a round of the loop
LATE_S: Final = 3 * AGAIN_S  # where no loop has looked for so long, the question looks itself
ASKED_S: Final = 3_600.0  # so long after a tenant's last question it is looked for
MOST_KNOWN: Final = 10_000  # tenants
MONTH: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=2)  # that clocks may be, and a day more
InDays = Callable[[Document, datetime], Awaitable[Mapping[Day, int]]]


@dataclass(slots=True)
class _Looked:
    """From which day on this replica has asked the days of a tenant, and when; both times of the process's clock."""

    since: datetime
    at: float
    asked_at: float


class MongoBuilds:
    def __init__(
        self, collection: AsyncCollection[Document], in_days: InDays, until: Callable[[datetime], datetime]
    ) -> None:
        """`in_days`: as the days themselves tell, from a day on. `until`: when a day may go."""
        self.collection, self._in_days, self._until = collection, in_days, until
        self._looked: OrderedDict[str, _Looked] = OrderedDict()

    async def create_indexes(self) -> None:
        await self.collection.create_index("until", expireAfterSeconds=0)

    async def tell(self, key: BucketKey, built: int) -> None:
        """What was built later stays."""
        await self._tell(key.tenant, {(key.task_type, key.hour): built})

    async def of(
        self, tenant: str, since: datetime, until: datetime | None = None, task_type: str = ""
    ) -> dict[Day, int]:
        """Of the days from `since` on, before `until`, that are still kept. Without a task: of all."""
        await self._look(tenant, since)
        now = datetime.now(UTC)
        return {
            (task, day): built
            for (task, day), built in (await self._told(tenant, since, now)).items()
            if task_type in ("", task) and since <= day and (until is None or day < until) and self._until(day) > now
        }

    async def look_again(self, after: float = AGAIN_S) -> None:
        """At the days of those that have asked lately, where that was done so many seconds ago."""
        for tenant, looked in list(self._looked.items()):
            now = time.monotonic()
            if now > looked.asked_at + ASKED_S:
                self._looked.pop(tenant, None)
            elif now > looked.at + after:
                await self._compare(tenant, looked.since)
                looked.at = now

    async def _look(self, tenant: str, since: datetime) -> None:
        """Where this replica has not looked yet, or not that far back."""
        now, looked = time.monotonic(), self._looked.get(tenant)
        if looked is None or since < looked.since or now > looked.at + LATE_S:
            since = min(since, looked.since) if looked else since
            await self._compare(tenant, since)
            looked = self._looked[tenant] = _Looked(since, now, now)
            while len(self._looked) > MOST_KNOWN:
                self._looked.popitem(last=False)
        looked.asked_at = now
        self._looked.move_to_end(tenant)

    async def _compare(self, tenant: str, since: datetime) -> None:
        there = await self._in_days({"tenant": tenant}, since)
        told = await self._told(tenant, since, datetime.now(UTC))
        await self._tell(tenant, {day: built for day, built in there.items() if built > told.get(day, 0)})

    async def _told(self, tenant: str, since: datetime, now: datetime) -> dict[Day, int]:
        with waiting_is_worth_it():
            found = await self.collection.find({"_id": {"$in": _ids(tenant, since, now + AHEAD)}}).to_list()
        return {day: built for one in found for day, built in _days(one)}

    async def _tell(self, tenant: str, built: Mapping[Day, int]) -> None:
        months: dict[str, dict[str, int]] = {}
        last: dict[str, datetime] = {}
        for (task, day), times in built.items():
            month = f"{day:%Y%m}"
            months.setdefault(month, {})[f"built.{day:%d}|{task}"] = times
            last[month] = max(last.get(month, day), day)
        for month, counts in months.items():
            whose = {"tenant": tenant, "month": month}
            told = {"$set": whose, "$max": {**counts, "until": self._until(last[month]) + MONTH}}
            await upsert(self.collection, _id(tenant, month), told)


def _ids(tenant: str, since: datetime, until: datetime) -> Collection[str]:
    """Of the months from that of `since` to that of `until`."""
    first, last = (12 * at.year + at.month - 1 for at in (since, until))
    return [_id(tenant, f"{number // 12:04}{number % 12 + 1:02}") for number in range(first, last + 1)]


def _id(tenant: str, month: str) -> str:
    return f"{month}|{tenant}"


def _days(document: Document) -> Iterator[tuple[Day, int]]:
    year, month = int(document["month"][:4]), int(document["month"][4:])
    for name, built in document["built"].items():
        day, task = name.split("|", 1)
        yield (task, datetime(year, month, int(day), tzinfo=UTC)), built
