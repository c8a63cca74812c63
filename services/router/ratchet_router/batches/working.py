"""What workers on batches work with, and how a request of a batch becomes one of the router's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec.structs import replace

from ratchet_common.auth import Caller
from ratchet_common.errors import RefusedError
from ratchet_common.events import Decision, Outcome
from ratchet_providers.base import ModelAnswer
from ratchet_providers.batching import BatchPlatform
from ratchet_router.answered import Answered, prediction
from ratchet_router.ask import Ask
from ratchet_router.batches.batch import Batch, Item, ItemState
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.lines import LineError
from ratchet_router.batches.refusals import StreamsError
from ratchet_router.batches.said import answered_line, failed_line, refused_line
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.beginning import begun
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.parts import Parts
from ratchet_router.progress import Progress
from ratchet_router.target import Target
from ratchet_router.targets import targets


class Budgets(Protocol):
    """`limits.admission.Admission`."""

    async def admit(self, who: Who, estimate: Estimate) -> Admitted:
        """Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError."""

    def charge(self, who: Who, cost: Decimal) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """What an endpoint's requests are: `read` raises RefusedError, `write` gives the body of an answer, JSON."""

    read: Callable[[bytes, Caller], Ask]
    write: Callable[[Answered], bytes]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """`again_s`: so long after a submission that nobody saw
    end, its batch shows in the provider's list; until then it is not submitted again.
    """

    store: MongoBatchStore
    files: MongoFileStore
    singles: MongoSingleStore
    current: Callable[[], Parts]  # they change when files are read anew
    kinds: Mapping[str, Kind]
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

    def progress(self, batch: Batch, item: Item) -> Progress:
        """Raises what reading and planning raise: RefusedError."""
        ask = self.kinds[batch.endpoint].read(item.body, batch.who)
        if item.model:
            ask = replace(ask, model=item.model, template=item.template or None, stream=False)
        progress = begun(ask, self.parts)
        progress.result_id = result_id(batch, item)
        if item.decision:
            decision = msgspec.json.decode(item.decision, type=Decision)
            progress.plan = replace(progress.plan, decision=decision)
        return progress

    def model(self, endpoint: str, body: bytes, caller: Caller) -> str:
        """That a request names. Raises what reading and planning raise, and StreamsError: a batch has none."""
        ask = self.kinds[endpoint].read(body, caller)
        if ask.stream:
            raise StreamsError
        begun(ask, self.parts)
        return ask.model

    async def answered(self, batch: Batch, item: Item, progress: Progress, said: ModelAnswer) -> None:
        """By the provider's batch API, at its price. Nobody waited for it, so no latency is told."""
        counted = replace(said, usage=replace(said.usage, batch=True))
        answered = progress.of_model(target_of(progress), counted)
        if await self.keep(batch, item, progress, replace(answered, latency_ms=0.0)):
            self.budgets.charge(who_asks(progress.ask), answered.cost_usd)

    async def keep(self, batch: Batch, item: Item, progress: Progress, answered: Answered) -> bool:
        """False: it had its result already."""
        said = answered_line(item, str(answered.result_id), self.kinds[batch.endpoint].write(answered))
        return await self._finish(item, progress, answered, "ok", said)

    async def refused(self, item: Item, error: RefusedError, progress: Progress | None = None) -> None:
        """`progress`: of a request that was tried."""
        said = refused_line(item, error)
        if progress is None:
            await self.store.finish(item, "failed", said, event=None)
        else:
            await self._finish(item, progress, progress.of_nobody(), "failed", said)

    async def failed(self, item: Item, error: LineError) -> None:
        await self.store.finish(item, "failed", failed_line(item, error), event=None)

    async def _finish(self, item: Item, progress: Progress, answered: Answered, outcome: Outcome, said: bytes) -> bool:
        event = prediction(progress.ask, answered, outcome, self.parts.settings.text_limit_bytes)
        event = replace(event, event_id=progress.result_id)
        state: ItemState = "ok" if outcome == "ok" else "failed"
        cost = answered.cost_usd
        return await self.store.finish(item, state, said, cost=cost, event=event)


def result_id(batch: Batch, item: Item) -> UUID:
    """The same whoever works on it: its event is one event, however often it is told."""
    return uuid5(NAMESPACE_URL, f"ratchet:{batch.id}:{item.custom_id}")


def target_of(progress: Progress) -> Target:
    return targets(progress.plan, progress.parts)[0]


def who_asks(ask: Ask) -> Who:
    return Who(ask.tenant, ask.key, ask.key_limits, ask.user)
