"""What other processes have learned or switched, as this replica hears of it."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_common.background import Loop
from ratchet_common.bulk import BulkInserter
from ratchet_router.grounding.order.learned import Orders, Told

LOOK_EVERY_S: Final = 2.0
WRITE_AGAIN_S: Final = 0.05  # after a failed round
LOOK_BACK: Final = timedelta(seconds=10)  # writes become visible later than the time that they carry


class ToldStore(Protocol):
    async def told_since(self, since: datetime | None) -> tuple[list[Told], datetime | None]:
        """Raises RetryLaterError."""


class Kept(ToldStore, Protocol):
    """`waiting`: notes that are not written yet."""

    waiting: BulkInserter


def order_loops(store: Kept, orders: Orders) -> dict[str, Loop]:
    return {
        "learned orders": Loop(Listening(store, orders).refresh, every=LOOK_EVERY_S),
        "notes of passages": Loop(store.waiting.write_once, every=WRITE_AGAIN_S),
    }


class Listening:
    def __init__(self, store: ToldStore, orders: Orders) -> None:
        self._store, self._orders = store, orders
        self._seen: datetime | None = None

    async def refresh(self) -> bool:
        """False: no more is there for now. Raises RetryLaterError."""
        found, until = await self._store.told_since(self._seen - LOOK_BACK if self._seen else None)
        for told in found:
            self._orders.hear(told)
        self._seen = until or self._seen
        return False
