"""The part of a tenant's feedback that a report reads: a time, and of very much the latest."""

from dataclasses import dataclass
from datetime import datetime

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_feedback.rollups.hearing import MOST_READ
from ratchet_feedback.store.documents import place


@dataclass(frozen=True, slots=True)
class Window:
    """Of places in the order of what was said. `complete`: false, there was more in the time before `first`."""

    tenant: str
    first: str
    before: str | None = None
    complete: bool = True

    @property
    def stage(self) -> Document:
        """A stage of its own: with nothing else in it, the index on tenant and order bounds what is read."""
        return {"$match": self.wanted}

    @property
    def wanted(self) -> Document:
        return {"tenant": self.tenant, "place": {"$gte": self.first} | ({"$lt": self.before} if self.before else {})}


async def window_of(
    feedback: AsyncCollection[Document],
    tenant: str,
    since: datetime,
    until: datetime | None = None,
    *,
    most: int = MOST_READ,
    only: Document | None = None,
) -> Window:
    """`until`: not included; None, up to now. `most`: pieces of feedback that are read, 1 or more. `only`: of these."""
    whole = Window(tenant, place(since), place(until) if until else None)
    wanted = whole.wanted | (only or {})
    with waiting_is_worth_it():
        if await feedback.count_documents(wanted, limit=most + 1) <= most:
            return whole
        latest = feedback.find(wanted, {"place": 1}).sort("place", -1).skip(most - 1).limit(1)
        (first,) = await latest.to_list()
    return Window(tenant, first["place"], whole.before, complete=False)
