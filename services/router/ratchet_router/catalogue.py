"""The models that may answer, as data: prices, limits, what to expect of them. Read once, at the start."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.events import BASE_VERSION
from ratchet_common.vocabulary import TaskType
from ratchet_providers.wire import Endpoint
from ratchet_router.known_prices import with_known_prices
from ratchet_router.prices import Prices

Tier = Literal["fast", "balanced", "premium"]
Capability = Literal["tools", "vision", "json"]
CEILINGS: Final[Mapping[Tier, float]] = {"fast": 0.35, "balanced": 0.7, "premium": 1.0}  # of complexity
TIERS: Final[tuple[Tier, ...]] = tuple(CEILINGS)
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$")]


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reads` is a simulated model's: how many characters of a document it looks at.

    `priced_as`: where the catalogue leaves its prices out, the `provider:model` whose prices genai-prices knows.
    """

    name: Name
    provider: Literal["simulated", "openai_shaped"]
    tier: Tier
    context_window: Annotated[int, msgspec.Meta(ge=1)]
    prices: Prices
    quality: dict[str, Share]
    latency_ms: Annotated[float, msgspec.Meta(gt=0)]
    upstream_model: str = ""
    base_url: str = ""
    api_key_env: str = ""
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens"
    capabilities: tuple[Capability, ...] = ()
    reads: Annotated[int, msgspec.Meta(ge=1)] = 8_000
    priced_as: Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9_-]+:.+)?$")] = ""

    def expected_quality(self, task_type: str) -> float:
        return self.quality.get(task_type, self.quality["default"])


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where trained versions run: what their answers cost, and how to call them."""

    provider: Literal["local_student", "openai_shaped"]
    tier: Tier
    prices: Prices
    latency_ms: Annotated[float, msgspec.Meta(gt=0)]
    base_url: str = ""
    api_key_env: str = ""
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens"


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: Annotated[list[Model], msgspec.Meta(min_length=1, max_length=200)]
    platforms: dict[str, Platform] = {}


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: Mapping[str, Model]
    platforms: Mapping[str, Platform]


def read_catalogue(path: Path) -> Catalogue:
    """Raises CannotStartError with a sentence that names the line or the field that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        found = msgspec.convert(with_known_prices(tomllib.loads(text, parse_float=Decimal)), CatalogueFile)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The catalogue {path} (setting ROUTER_CATALOGUE) cannot be read: {why}.") from error
    except ValueError as error:  # TOML's, msgspec's, and that nobody knows a price
        raise _malformed(path, str(error)) from error
    wrong = next((why for index, model in enumerate(found.models) if (why := _wrong(model, index))), "")
    wrong = wrong or _twice(found) or next((w for n, p in found.platforms.items() if (w := _no_url(n, p))), "")
    if wrong:
        raise _malformed(path, wrong)
    return Catalogue({model.name: model for model in found.models}, found.platforms)


def _malformed(path: Path, why: str) -> CannotStartError:
    return CannotStartError(f"The catalogue {path} (setting ROUTER_CATALOGUE) is malformed: {why}. Correct it there.")


def _wrong(model: Model, index: int) -> str:
    where = f"`$.models[{index}]` ({model.name})"
    unknown = sorted(model.quality.keys() - {"default", *TaskType})
    if "default" not in model.quality:
        return f"quality of {where} has no `default`"
    if unknown:
        return f"quality of {where} names {unknown[0]}, which is no task"
    if model.name in ("auto", BASE_VERSION) or model.name.startswith(("auto:", "task:")):
        return f"the name of {where} is taken by the router itself"
    return _no_url(where, model)


def _no_url(where: str, model: Model | Platform) -> str:
    if model.provider == "openai_shaped":
        try:
            Endpoint.of(model.base_url, {})
        except ValueError:
            return f"{where} needs a `base_url` that starts with http:// or https:// and names a host"
    return ""


def _twice(found: CatalogueFile) -> str:
    names = [model.name for model in found.models]
    double = next((name for name in names if names.count(name) > 1), "")
    return f"two models are called {double}" if double else ""
