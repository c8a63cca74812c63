"""The models that may answer, as data: prices, limits, what to expect of them. Read at the start, and at SIGHUP."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.events import BASE_VERSION, EVERYONE
from ratchet_common.toml_checks import MisplacedError, converted
from ratchet_common.toml_lines import Place
from ratchet_common.vocabulary import TaskType
from ratchet_providers.failing import FINAL, ErrorKind
from ratchet_router.known_prices import with_known_prices
from ratchet_router.prices import ZERO, Prices
from ratchet_router.provider_table import (
    BedrockTable,
    GeminiTable,
    LimitsTable,
    OpenAIShapedTable,
    ProviderTable,
    VertexTable,
)

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
    """Where trained versions run, at what cost. `provider`: one of the catalogue's, or `local_student`."""

    provider: Name
    tier: Tier
    prices: Prices
    latency_ms: Annotated[float, msgspec.Meta(gt=0)]


class TenantTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`models`: the only ones that the tenant's requests may go to, those that make embeddings as well."""

    models: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=200)]


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`tenants`: one without a table has that of `*`, where there is one, else all models."""

    models: Annotated[list[Model], msgspec.Meta(min_length=1, max_length=200)]
    platforms: dict[str, Platform] = {}
    providers: dict[Name, ProviderTable] = {}
    embedding_models: Annotated[list[EmbeddingModel], msgspec.Meta(max_length=100)] = []
    tenants: dict[str, TenantTable] = {}


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


def read_catalogue(path: Path) -> Catalogue:
    """Raises CannotStartError with a sentence that names the line or the field that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        found = understood(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The catalogue {path} (setting ROUTER_CATALOGUE) cannot be read: {why}.") from error
    except MisplacedError as error:
        raise _malformed(path, error.placed(text)) from error
    except tomllib.TOMLDecodeError as error:
        raise _malformed(path, str(error)) from error
    models = {model.name: _able(model, found.providers.get(model.provider)) for model in found.models}
    embedding_models = {model.name: model for model in found.embedding_models}
    all_of_it = Catalogue(models, found.platforms, found.providers, embedding_models)
    return replace(all_of_it, tenants={name: all_of_it.only(its.models) for name, its in found.tenants.items()})


def understood(text: str) -> CatalogueFile:
    """Raises MisplacedError, TOMLDecodeError."""
    found = converted(with_known_prices(tomllib.loads(text, parse_float=Decimal)), CatalogueFile)
    of_all = (_twice(found), _of_nobody(found), _falling_on_nobody(found), _allowing_nobody(found))
    for wrong in (*map(_wrong, count(), found.models), *of_all):
        if wrong is not None:
            raise wrong
    return found


def _able(model: Model, provider: ProviderTable | None) -> Model:
    """With what every model of its provider's kind can do."""
    innate: tuple[Capability, ...] = INNATE if isinstance(provider, CHOOSES_AND_COUNTS) else ()
    if isinstance(provider, OpenAIShapedTable) and provider.responses:
        innate = (*innate, "responses")
    return msgspec.structs.replace(model, capabilities=tuple(dict.fromkeys((*model.capabilities, *innate))))


def _malformed(path: Path, why: str) -> CannotStartError:
    return CannotStartError(f"The catalogue {path} (setting ROUTER_CATALOGUE) is malformed: {why}. Correct it there.")


def _wrong(index: int, model: Model) -> MisplacedError | None:
    here = ("models", index)
    unknown = sorted(model.quality.keys() - {"default", *TaskType})
    if "default" not in model.quality:
        return MisplacedError((*here, "quality"), f"the quality of {model.name} has no `default`")
    if unknown:
        why = f"the quality of {model.name} names {unknown[0]}, which is no task"
        return MisplacedError((*here, "quality", unknown[0]), why)
    if model.name in ("auto", BASE_VERSION) or model.name.startswith(("auto:", "task:")):
        return MisplacedError((*here, "name"), f"the name {model.name} is taken by the router itself")
    return None


def _of_nobody(found: CatalogueFile) -> MisplacedError | None:
    """The first that names a provider which the catalogue does not have, or which is not what it needs."""
    taken = next((name for name in sorted(found.providers) if name in (SIMULATED, LOCAL_STUDENT)), None)
    if taken is not None:
        return MisplacedError(("providers", taken), f"the name of the provider {taken} is taken by the router itself")
    for place, name, provider, ours in _asked(found):
        if provider != ours and provider not in found.providers:
            known = ", ".join([*sorted(found.providers), ours])
            why = f"{name} names the provider {provider}, which the catalogue does not have; known are {known}"
            return MisplacedError((*place, "provider"), why)
        if place[0] == "embedding_models" and isinstance(found.providers.get(provider), BedrockTable):
            why = f"the provider {provider} has embedding models, and its kind makes no embeddings here"
            return MisplacedError((*place, "provider"), why)
    return None


def _asked(found: CatalogueFile) -> Iterator[tuple[Place, str, str, str]]:
    """Where a provider is named, by what, which it is, and which one is always there."""
    for index, model in enumerate(found.models):
        yield ("models", index), model.name, model.provider, SIMULATED
    for index, embedding in enumerate(found.embedding_models):
        yield ("embedding_models", index), embedding.name, embedding.provider, SIMULATED
    for name, platform in found.platforms.items():
        yield ("platforms", name), name, platform.provider, LOCAL_STUDENT


def _falling_on_nobody(found: CatalogueFile) -> MisplacedError | None:
    """The first fallback that could never be asked."""
    known = {model.name for model in found.models}
    for index, model in enumerate(found.models):
        here = ("models", index)
        final = sorted(model.fallbacks_when.keys() & FINAL)
        if final:
            why = f"{model.name} has fallbacks_when.{final[0]}, and after such a failure nobody else is asked"
            return MisplacedError((*here, "fallbacks_when", final[0]), why)
        for place, name in _fallbacks(model):
            if name == model.name or name not in known:
                whom = "itself" if name == model.name else f"{name}, which is no model here"
                return MisplacedError((*here, *place), f"{model.name} falls back on {whom}")
    return None


def _allowing_nobody(found: CatalogueFile) -> MisplacedError | None:
    """The first tenant who may use what is not there, or nothing that answers."""
    answering = {model.name for model in found.models}
    known = answering | {model.name for model in found.embedding_models}
    for tenant, its in found.tenants.items():
        here = ("tenants", tenant, "models")
        unknown = next((name for name in its.models if name not in known), None)
        if unknown is not None:
            return MisplacedError(here, f"the tenant {tenant} may use {unknown}, which is no model here")
        if answering.isdisjoint(its.models):
            return MisplacedError(here, f"the tenant {tenant} may use no model that answers: name one")
    return None


def _fallbacks(model: Model) -> Iterator[tuple[Place, str]]:
    for number, name in enumerate(model.fallbacks):
        yield ("fallbacks", number), name
    for kind, names in model.fallbacks_when.items():
        for number, name in enumerate(names):
            yield ("fallbacks_when", kind, number), name


def _twice(found: CatalogueFile) -> MisplacedError | None:
    seen: set[str] = set()
    for place, name, _, ours in _asked(found):
        if name in seen and ours == SIMULATED:
            return MisplacedError((*place, "name"), f"two models are called {name}")
        seen.add(name)
    return None
