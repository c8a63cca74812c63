"""One request of a batch, planned: whatever its endpoint is, this is what workers do with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from ratchet_common.auth import Caller
from ratchet_common.events import PredictionMade
from ratchet_providers.batching import BatchAnswer, BatchRequest
from ratchet_providers.failing import ProviderError
from ratchet_router.failures import NoAnswerError
from ratchet_router.limits.subjects import Who
from ratchet_router.parts import Parts


@dataclass(frozen=True, slots=True)
class Pinned:
    """What was picked once, though other versions may be live when the answer comes. `decision`: why, JSON."""

    model: str = ""
    template: str = ""
    decision: bytes = b""


NOTHING_PINNED = Pinned()


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept: the body that a request alone would have got, JSON, and its event."""

    body: bytes
    cost_usd: Decimal
    event: PredictionMade


class AskedItem(Protocol):
    """`model`: as the caller named it. `provider`: who would answer, by its name in the catalogue; else empty."""

    @property
    def who(self) -> Who: ...
    @property
    def model(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def pinned(self) -> Pinned: ...
    @property
    def expected_usd(self) -> Decimal:
        """By a batch API."""

    @property
    def request(self) -> BatchRequest: ...
    def answered(self, said: BatchAnswer) -> Kept:
        """By the provider's batch API, at its price. Nobody waited for it, so no latency is told."""

    def not_answered(self, error: ProviderError) -> tuple[NoAnswerError, PredictionMade]:
        """By the provider's batch API."""

    async def ask(self) -> Kept:
        """Alone, at the full price. Raises NoAnswerError, and what limits raise."""

    def of_nobody(self) -> PredictionMade:
        """After `ask` raised NoAnswerError."""


Plan = Callable[[bytes, Caller, UUID, Pinned, Parts], AskedItem]  # of an item's body; raises RefusedError
Plans = Mapping[str, Plan]  # by endpoint
