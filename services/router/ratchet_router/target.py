"""One thing that may be asked: a model of the catalogue, or a version that was trained."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from ratchet_catalogue.catalogue import Tier
from ratchet_catalogue.prices import Prices
from ratchet_common.events import Approach, Usage
from ratchet_providers.base import Streaming, TimeLimits
from ratchet_providers.embedding import Embedding
from ratchet_providers.failing import ErrorKind

FOREVER_LONG = 10**9
USUAL = TimeLimits()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a try goes. `at`: the provider's name, whose concurrency is capped. `window`: tokens that it can hold.

    `artifact`: of a student, which runs here. `may_abstain`: it may leave to others what it is not sure of. `instead`:
    who is asked next after a failure of a kind, by name.
    """

    name: str
    prices: Prices
    at: str = ""
    window: int = FOREVER_LONG
    limits: TimeLimits = USUAL
    artifact: str = ""
    may_abstain: bool = False
    instead: Mapping[ErrorKind, tuple[str, ...]] = {}

    @property
    def operation(self) -> str:
        """As OpenTelemetry calls it."""
        return "chat"

    def cost_of(self, usage: Usage) -> Decimal:
        return self.prices.of(usage)


class Target(Place, frozen=True, kw_only=True):
    """`name` is the model's in the catalogue, or the version's id. `continues`: it can go on with a broken answer.

    `tuned`: a provider's model that was trained for the task, and is told what it was told then in place of a template.

    `most_usd`: what may be paid for an answer, which is given `least_output` tokens in any case.
    """

    version_id: str
    model: str
    tier: Tier
    approach: Approach
    provider: Streaming
    upstream_model: str
    continues: bool = False
    simulated: bool = False
    sha256: str = ""
    tuned: bool = False
    most_usd: Decimal | None = None
    least_output: int = 1

    @property
    def sees_template(self) -> bool:
        return not (self.artifact or self.tuned)


class EmbeddingTarget(Place, frozen=True, kw_only=True):
    provider: Embedding
    upstream_model: str

    @property
    def operation(self) -> str:
        return "embeddings"
