"""What goes when its time is up, on a store whose own watch is not to be had.

MongoDB's costs nobody anything. That of the embedded store reads once a minute every document of every collection with
such an index while all others wait. Then it keeps what it saw open until the next minute, and what is written often
meanwhile grows until each look at it waits, too: seconds in which nothing is answered. So there no index says when
something expires, and each service looks for what has, by an index like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Database, Document, for_long, waiting_is_worth_it

SWEEP_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Expiry:
    """Documents of `collection` go once `after` has passed since the time in `field`; without a time they stay."""

    collection: AsyncCollection[Document]
    field: str
    after: timedelta

    async def sweep(self, now: datetime) -> int:
        """Returns how many went. After a long rest that may take long: asked again meanwhile it would be done twice."""
        with for_long(), waiting_is_worth_it():
            gone = await self.collection.delete_many({self.field: {"$lt": now - self.after}})
        return gone.deleted_count


async def sweep(expiries: Iterable[Expiry], now: datetime | None = None) -> None:
    moment = now or datetime.now(UTC)
    for expiry in expiries:
        await expiry.sweep(moment)


async def watches(database: Database) -> bool:
    """Whether the store's own watch may be used."""
    with waiting_is_worth_it():
        return "secantusVersion" not in await database.command("buildInfo")
