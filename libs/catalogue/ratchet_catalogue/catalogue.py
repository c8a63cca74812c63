"""The models that may answer, as data: prices, limits, what to expect of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec

from ratchet_catalogue.prices import ZERO, Prices
from ratchet_catalogue.provider_table import (
    GeminiTable,
    LimitsTable,
    OpenAIShapedTable,
    ProviderTable,
    VertexTable,
)
from ratchet_common.events import EVERYONE
from ratchet_providers.failing import ErrorKind

Tier = Literal["fast", "balanced", "premium"]
Capability = Literal["tools", "vision", "json", "choices", "logprobs", "responses"]
CHOOSES_AND_COUNTS: Final = (OpenAIShapedTable, GeminiTable, VertexTable)  # kinds whose models all do
INNATE: Final[tuple[Capability, ...]] = ("choices", "logprobs")
SIMULATED, LOCAL_STUDENT = "simulated", "local_student"  # providers that need no table
CEILINGS: Final[Mapping[Tier, float]] = {"fast": 0.35, "balanced": 0.7, "premium": 1.0}  # of complexity
TIERS: Final[tuple[Tier, ...]] = tuple(CEILINGS)
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$")]

Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=10)]


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`provider`: one of the catalogue's, or `simulated`: rules, whose model looks at `reads` characters of a document.

    `continues`: it can go on with an answer that broke off; left out, its provider knows. `limits`: in place of its
    provider's.

    `priced_as`: where the catalogue leaves its prices out, the `provider:model` whose prices genai-prices knows.

    `fallbacks`: who is asked, in this order, where a caller named this model and it does not answer; who is routed has
    the ranking for that. `fallbacks_when`: who comes first after a failure of a kind, however it was chosen.
    """

    name: Name
    provider: Name
    tier: Tier
    context_window: Annotated[int, msgspec.Meta(ge=1)]
    prices: Prices
    quality: dict[str, Share]
    latency_ms: Annotated[float, msgspec.Meta(gt=0)]
    upstream_model: str = ""
    capabilities: tuple[Capability, ...] = ()
    reads: Annotated[int, msgspec.Meta(ge=1)] = 8_000
    continues: bool | None = None
    limits: LimitsTable | None = None
    priced_as: Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9_-]+:.+)?$")] = ""
    fallbacks: Names = ()
    fallbacks_when: dict[ErrorKind, Names] = {}

    def expected_quality(self, task_type: str) -> float:
        return self.quality.get(task_type, self.quality["default"])


class EmbeddingModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`price`: USD per million tokens. `context_window`: tokens of one input."""

    name: Name
    provider: Name
    price: Decimal
    context_window: Annotated[int, msgspec.Meta(ge=1)] = 8_192
    upstream_model: str = ""
    limits: LimitsTable | None = None

    def __post_init__(self) -> None:
        Prices(self.price, ZERO)  # says what is wrong with it

    @property
    def prices(self) -> Prices:
        return Prices(self.price, ZERO)


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where trained versions run, at what cost. `provider`: one of the catalogue's, or `local_student`.

    `context_window`: tokens; where its models say that a request is too long, those that hold more are asked. 0: as
    many as it says itself, and anybody is asked then.
    """

    provider: Name
    tier: Tier
    prices: Prices
    latency_ms: Annotated[float, msgspec.Meta(gt=0)]
    context_window: Annotated[int, msgspec.Meta(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: Mapping[str, Model]
    platforms: Mapping[str, Platform]
    providers: Mapping[str, ProviderTable] = field(default_factory=dict)
    embedding_models: Mapping[str, EmbeddingModel] = field(default_factory=dict)
    tenants: Mapping[str, "Catalogue"] = field(default_factory=dict)

    def of(self, tenant: str) -> "Catalogue":
        """What its requests may go to: of anything else it is as if it were not there."""
        if not self.tenants:
            return self
        return self.tenants.get(tenant) or self.tenants.get(EVERYONE) or self

    def only(self, names: Collection[str]) -> "Catalogue":
        models = {name: model for name, model in self.models.items() if name in names}
        embedding_models = {name: model for name, model in self.embedding_models.items() if name in names}
        return replace(self, models=models, embedding_models=embedding_models, tenants={})
