"""One thing that may be asked: a model of the catalogue, or a version that was trained."""

from dataclasses import dataclass
from decimal import Decimal

from ratchet_common.events import Approach, Usage
from ratchet_providers.base import Streaming, TimeLimits
from ratchet_router.catalogue import Tier
from ratchet_router.prices import Prices

FOREVER_LONG = 10**9
USUAL = TimeLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`name` is the model's in the catalogue, or the version's id. `window`: tokens that it can hold.

    `continues`: it can go on with an answer that broke off. `at`: the provider's name, whose concurrency is capped.
    """

    name: str
    version_id: str
    model: str
    tier: Tier
    approach: Approach
    prices: Prices
    provider: Streaming
    upstream_model: str
    at: str = ""
    window: int = FOREVER_LONG
    limits: TimeLimits = USUAL
    continues: bool = False
    simulated: bool = False
    artifact: str = ""
    sha256: str = ""

    def cost_of(self, usage: Usage) -> Decimal:
        return self.prices.of(usage)
