"""The models that may answer, as data: prices, limits, what to expect of them. Read once, at the start."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.events import BASE_VERSION, Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.wire import Endpoint

Tier = Literal["fast", "balanced", "premium"]
Capability = Literal["tools", "vision", "json"]
CEILINGS: Final[Mapping[Tier, float]] = {"fast": 0.35, "balanced": 0.7, "premium": 1.0}  # of complexity
TIERS: Final[tuple[Tier, ...]] = tuple(CEILINGS)
MILLION = 1_000_000

DEAREST = 100_000
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$")]


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """USD per million tokens. `cached`: input that the provider had cached; as `input`, if left out."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None

    def __post_init__(self) -> None:
        given = (self.input, self.output, self.cached or Decimal(0))
        if not all(price.is_finite() and 0 <= price <= DEAREST for price in given):
            raise ValueError(f"A price must be from 0 to {DEAREST} USD per million tokens")

    def of(self, usage: Usage) -> Decimal:
        cached = min(usage.cached_tokens, usage.input_tokens)
        at_cached = self.input if self.cached is None else self.cached
        read = (usage.input_tokens - cached) * self.input + cached * at_cached
        return (read + usage.output_tokens * self.output) / MILLION


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reads` is a simulated model's: how many characters of a document it looks at."""

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
        found = msgspec.convert(tomllib.loads(text, parse_float=Decimal), CatalogueFile)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The catalogue {path} (setting ROUTER_CATALOGUE) cannot be read: {why}.") from error
    except tomllib.TOMLDecodeError as error:
        raise _malformed(path, str(error)) from error
    except msgspec.ValidationError as error:
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
