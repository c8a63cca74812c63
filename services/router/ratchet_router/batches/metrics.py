"""What batches come to, for dashboards."""

from typing import Final

from prometheus_client import Counter

from ratchet_router.batches.batch import Item, ItemState

SUBMITTED: Final = Counter("ratchet_batches_submitted", "Batches that a provider has taken", ("provider",))
REQUESTS: Final = Counter(
    "ratchet_batch_requests", "Requests of batches that have come to their end", ("price", "state")
)


def ended(item: Item, state: ItemState) -> None:
    """Only what is asked by a batch API has its model picked beforehand."""
    REQUESTS.labels("batch" if item.model else "full", state).inc()
