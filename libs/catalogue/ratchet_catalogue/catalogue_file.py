"""The catalogue's file: read at the start, and anew at SIGHUP. What is wrong in it is told with its line."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Annotated

import msgspec

from ratchet_catalogue.catalogue import (
    CHOOSES_AND_COUNTS,
    INNATE,
    LOCAL_STUDENT,
    SIMULATED,
    Capability,
    Catalogue,
    EmbeddingModel,
    Model,
    Name,
    Platform,
)
from ratchet_catalogue.known_prices import with_known_prices
from ratchet_catalogue.provider_table import BedrockTable, LocalEmbeddingsTable, OpenAIShapedTable, ProviderTable
from ratchet_common.errors import CannotStartError
from ratchet_common.events import BASE_VERSION
from ratchet_common.toml_checks import MisplacedError, converted
from ratchet_common.toml_lines import Place
from ratchet_common.vocabulary import NOBODY, TaskType
from ratchet_providers.failing import FINAL

SHIPPED_CATALOGUE = Path(__file__).parent / "catalogue.toml"


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


def read_catalogue(path: Path, setting: str = "ROUTER_CATALOGUE") -> Catalogue:
    """`setting`: that names the path. Raises CannotStartError with a sentence that names the line or the field."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = understood(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The catalogue {path} (setting {setting}) cannot be read: {why}.") from error
    except MisplacedError as error:
        raise _malformed(path, setting, error.placed(text)) from error
    except tomllib.TOMLDecodeError as error:
        raise _malformed(path, setting, str(error)) from error
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


def _malformed(path: Path, setting: str, why: str) -> CannotStartError:
    return CannotStartError(f"The catalogue {path} (setting {setting}) is malformed: {why}. Correct it there.")


def _wrong(index: int, model: Model) -> MisplacedError | None:
    here = ("models", index)
    unknown = sorted(model.quality.keys() - {"default", *TaskType})
    if "default" not in model.quality:
        return MisplacedError((*here, "quality"), f"the quality of {model.name} has no `default`")
    if unknown:
        why = f"the quality of {model.name} names {unknown[0]}, which is no task"
        return MisplacedError((*here, "quality", unknown[0]), why)
    if model.name in ("auto", BASE_VERSION, NOBODY) or model.name.startswith(("auto:", "task:")):
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
        if place[0] != "embedding_models" and isinstance(found.providers.get(provider), LocalEmbeddingsTable):
            why = f"{name} names the provider {provider}, whose kind makes embeddings and answers nothing"
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
