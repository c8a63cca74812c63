"""Use case of a worker: a tenant of whose answers enough was said gets its order of passages learned anew."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from prometheus_client import Counter

from ratchet_common.mongo import Document
from ratchet_router.grounding.order.features import EDITION
from ratchet_router.grounding.order.fitting import Look, fitted
from ratchet_router.grounding.order.learned import Learned
from ratchet_router.grounding.order.measuring import LEAST, Compared, compared

FURTHER: Final = 0.2  # as many words more as it was learned from, times this, and it is learned anew
FITTED: Final = Counter("ratchet_passage_orders_fitted", "Orders of passages learned from feedback", ("outcome",))
for _outcome in ("used", "no_better", "too_few"):
    FITTED.labels(_outcome)
log = logging.getLogger(__name__)


class OrderStore(Protocol):
    """Each may raise RetryLaterError."""

    async def due(self) -> Document | None: ...
    async def looks(self, tenant: str) -> list[Look]: ...
    async def fitted(self, held: Document, learned: Learned, wanted: int) -> bool: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Refitting:
    store: OrderStore
    now: Callable[[], datetime] = _now

    async def round(self) -> bool:
        """True: there may be another. Raises RetryLaterError."""
        held = await self.store.due()
        if held is None:
            return False
        looks = await self.store.looks(str(held["_id"]))
        learned = await asyncio.to_thread(learned_from, looks, int(held.get("version", 0)) + 1, self.now())
        if not await self.store.fitted(held, learned, max(LEAST // 2, round(FURTHER * len(looks)))):
            return True
        outcome = "used" if learned.used else "too_few" if learned.questions < LEAST else "no_better"
        FITTED.labels(outcome).inc()
        log.info("An order of passages was learned from %d questions: %s.", learned.questions, outcome)
        return True


def learned_from(looks: Sequence[Look], version: int, now: datetime) -> Learned:
    """Takes up to ten seconds of a thread, for 2,000 questions. Pure."""
    line, its = fitted(looks), compared(looks)
    used = its.questions >= LEAST and its.better
    return Learned(
        version=version,
        edition=EDITION,
        weights=line.weights,
        scale=line.scale,
        used=used,
        why=_why(its),
        questions=its.questions,
        searches=round(its.searches, 4),
        learned=round(its.learned, 4),
        low=round(its.low, 4),
        high=round(its.high, 4),
        fitted_at=now,
    )


def _why(its: Compared) -> str:
    if its.questions < LEAST:
        return f"Of {its.questions} questions in the order of the searches it is known; {LEAST} are needed."
    between = f"between {its.low:+.3f} and {its.high:+.3f} on {its.questions} questions that were held out"
    if its.better:
        return f"It puts what answers rest on further to the front: {its.gain:+.3f}, {between}."
    return f"It is not known to be better than the searches: {its.gain:+.3f}, {between}."
