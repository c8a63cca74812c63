"""Events in: what is known of traffic, quality, estimates, experiments goes to the own store, where replicas read."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from ratchet_common.events import EstimateTrained, ExperimentChanged, QualityMeasured, TrafficAssigned


class KnowledgeStore(Protocol):
    """Each may raise RetryLaterError."""

    async def save_traffic(self, events: Sequence[TrafficAssigned]) -> None: ...
    async def save_quality(self, events: Sequence[QualityMeasured]) -> None: ...
    async def save_experiments(self, events: Sequence[ExperimentChanged]) -> None: ...
    async def save_estimates(self, events: Sequence[EstimateTrained]) -> None: ...
    async def forget_versions(self, tenant: str, versions: Collection[str]) -> None: ...


class Consumers:
    """`news`: the snapshot has something to read."""

    def __init__(self, store: KnowledgeStore, news: Callable[[], None]) -> None:
        self._store, self._news = store, news

    async def on_traffic(self, events: Sequence[TrafficAssigned]) -> None:
        await self._store.save_traffic(events)
        for event in events:
            if event.revoked:
                await self._store.forget_versions(event.tenant, event.revoked)
        self._news()

    async def on_quality(self, events: Sequence[QualityMeasured]) -> None:
        await self._store.save_quality(events)
        self._news()

    async def on_experiments(self, events: Sequence[ExperimentChanged]) -> None:
        await self._store.save_experiments(events)
        self._news()

    async def on_estimates(self, events: Sequence[EstimateTrained]) -> None:
        await self._store.save_estimates(events)
        self._news()
