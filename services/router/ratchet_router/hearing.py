"""What the router hears of the others, and who takes it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from ratchet_common.events import FeedbackJoined
from ratchet_common.forgetting import Step, forgetting
from ratchet_common.messaging import Handle
from ratchet_common.service import Connections
from ratchet_common.topics import ERASURES, ESTIMATES, EXPERIMENTS, FEEDBACK, QUALITY, TRAFFIC
from ratchet_router.batches.traces import MongoBatchTraces
from ratchet_router.best_answers import keep_best
from ratchet_router.consumers import Consumers
from ratchet_router.documents.traces import DocumentTraces
from ratchet_router.grounding.order.verdicts import keep_verdicts
from ratchet_router.reporting.tending import ReportTending
from ratchet_router.settings import RouterSettings
from ratchet_router.stores import Stores


async def hear(its: Connections, settings: RouterSettings, stores: Stores, poke: Callable[[], None]) -> None:
    """`poke`: the snapshot has something to read. Raises RetryLaterError."""
    consumers = Consumers(stores.router, poke)
    its.hear(TRAFFIC, consumers.on_traffic)
    its.hear(QUALITY, consumers.on_quality)
    its.hear(ESTIMATES, consumers.on_estimates)
    its.hear(EXPERIMENTS, consumers.on_experiments)
    batches = MongoBatchTraces(its.database, kept=timedelta(days=settings.batch_days))
    await batches.create_indexes()
    documents = DocumentTraces(stores.documents, lambda: datetime.now(UTC))
    waited_for = documents.steps | ReportTending(stores.reports).steps  # last
    of_orders: dict[str, Step] = {"passage_notes": stores.orders.of_person}
    forgets = await forgetting(its.database, its.name, stores.traces.steps | of_orders | batches.steps | waited_for)
    its.hear(ERASURES, forgets.on_erasures)
    takes: list[Handle] = []
    if settings.best_answers:
        takes.append(partial(keep_best, stores.best))
    if settings.learned_order_days:
        takes.append(partial(keep_verdicts, stores.orders))
    if takes:
        its.hear(FEEDBACK, forgets.sparing(_each(takes)))


def _each(takes: Sequence[Handle]) -> Handle:
    async def on_feedback(said: Sequence[FeedbackJoined]) -> None:
        for handle in takes:
            await handle(said)

    return on_feedback
