"""What workers on batches work with, and how a request's end becomes its line and its event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Protocol
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from ratchet_common.auth import Caller
from ratchet_common.errors import RefusedError
from ratchet_common.events import PredictionMade
from ratchet_providers.batching import BatchPlatform
from ratchet_router.batches.asked import AskedItem, Kept, Pinned, Plans
from ratchet_router.batches.batch import Batch, Item, ItemState
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.lines import LineError
from ratchet_router.batches.metrics import ended
from ratchet_router.batches.said import answered_line, failed_line, refused_line
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.limits.allowances import Allowance
from ratchet_router.limits.subjects import Who
from ratchet_router.metrics import counted
from ratchet_router.parts import Parts

NOTHING: Final = Decimal(0)
ANSWER_MOST: Final = 10 * 1024 * 1024  # bytes
TOO_LARGE: Final = LineError(
    code="answer_too_large", message=f"The answer has more than {ANSWER_MOST} bytes: ask for less in one request."
)


class Budgets(Protocol):
    """`limits.admission.Admission`."""

    def budgets(self, who: Who) -> list[Allowance]: ...
    async def hold(self, budget: Allowance, name: str, cost: Decimal) -> None:
        """Raises BudgetExhaustedError, RetryLaterError."""

    async def settle(self, budget: str, name: str, cost: Decimal) -> None:
        """Raises RetryLaterError."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """`again_s`: so long after a submission that nobody saw end, its batch shows in the provider's list; until then it
    is not submitted again.
    """

    store: MongoBatchStore
    files: MongoFileStore
    singles: MongoSingleStore
    current: Callable[[], Parts]  # they change when files are read anew
    plans: Plans
    budgets: Budgets
    poll_s: float = 10.0
    again_s: float = 60.0
    at_once: int = 8
    most: int = 50_000
    now: Callable[[], datetime] = _now

    @property
    def parts(self) -> Parts:
        return self.current()

    @property
    def platforms(self) -> Mapping[str, BatchPlatform]:
        return self.parts.batch_platforms

    def asked(self, batch: Batch, item: Item) -> AskedItem:
        """Raises what reading and planning raise: RefusedError."""
        pinned = Pinned(item.model, item.template, item.decision)
        return self.plans[batch.endpoint](item.body, batch.who, result_id(batch, item), pinned, self.parts)

    def alone(self, endpoint: str, body: bytes, caller: Caller) -> AskedItem:
        """A request that is in no batch yet. Raises what reading and planning raise."""
        return self.plans[endpoint](body, caller, uuid4(), Pinned(), self.parts)

    async def keep(self, item: Item, kept: Kept) -> None:
        """An answer that no document of the store holds fails, and is paid for."""
        if len(kept.body) > ANSWER_MOST:
            await self._finish(item, "failed", failed_line(item, TOO_LARGE), kept.event, kept.cost_usd)
        else:
            said = answered_line(item, str(kept.event.result_id), kept.body)
            await self._finish(item, "ok", said, kept.event, kept.cost_usd)

    async def refused(self, item: Item, error: RefusedError, event: PredictionMade | None = None) -> None:
        """`event`: of a request that was tried."""
        await self._finish(item, "failed", refused_line(item, error), event)

    async def failed(self, item: Item, error: LineError) -> None:
        await self._finish(item, "failed", failed_line(item, error))

    async def _finish(
        self,
        item: Item,
        state: ItemState,
        said: bytes,
        event: PredictionMade | None = None,
        cost: Decimal = NOTHING,
    ) -> None:
        """Where it had its result already it changes nothing."""
        if await self.store.finish(item, state, said, cost=cost, event=event):
            ended(item, state)
            if event is not None:
                counted(event)


def result_id(batch: Batch, item: Item) -> UUID:
    """The same whoever works on it: its event is one event, however often it is told."""
    return uuid5(NAMESPACE_URL, f"ratchet:{batch.id}:{item.custom_id}")
