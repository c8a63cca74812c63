"""Prices that the catalogue leaves out, from what genai-prices knows.

Its data (20 MB, 0.2 s) are of use once, at the start, and would stay in memory: so a process of its own reads them.
The prices are those of the day of the start.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.toml_checks import MisplacedError

PATIENCE_S: Final = 60.0
LISTED_AS: Final[Mapping[str, str]] = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "aws",
    "gemini": "google",
    "openai": "openai",
    "vertex": "google",
}  # genai-prices' name of a provider; others are looked up by their URL


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One of `provider` and `url` tells who sells it, the first in genai-prices' own words."""

    model: str
    provider: str = ""
    url: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """`prices` as the catalogue writes them; empty: `why` says what genai-prices lacks."""

    prices: dict[str, Any] = {}
    why: str = ""


class Listed(msgspec.Struct, frozen=True):
    """Of a model in the catalogue and its provider, what tells its price. Everything else is checked elsewhere."""

    name: str
    provider: str
    prices: dict[str, Any] = {}
    upstream_model: str = ""
    base_url: str = ""
    priced_as: str = ""

    @property
    def complete(self) -> bool:
        return {"input", "output"} <= self.prices.keys()

    @property
    def wanted(self) -> Wanted:
        if self.priced_as:
            provider, _, model = self.priced_as.partition(":")
            return Wanted(provider=provider, model=model)
        model = self.upstream_model or self.name
        if self.provider in LISTED_AS:
            return Wanted(provider=LISTED_AS[self.provider], model=model)
        return Wanted(url=self.base_url, model=model)


def with_known_prices(catalogue: dict[str, Any]) -> dict[str, Any]:
    """The catalogue as TOML gives it, with the prices that it leaves out. What is malformed stays as it is.

    A table with input and output stands alone; what another names goes before what is known. Raises MisplacedError
    for a model whose price nobody knows, CannotStartError when what is known cannot be read.
    """
    models = catalogue.get("models")
    providers = catalogue.get("providers")
    sellers = providers if isinstance(providers, dict) else {}
    return catalogue | {"models": _completed(models, sellers)} if isinstance(models, list) else catalogue


def _completed(models: list[Any], sellers: Mapping[str, Any]) -> list[Any]:
    listed_models = [_listed(model, sellers) for model in models]
    incomplete = {i: listed for i, listed in enumerate(listed_models) if listed and not listed.complete}
    if not incomplete:
        return models
    known = dict(zip(incomplete, _looked_up([listed.wanted for listed in incomplete.values()]), strict=True))
    for i, found in known.items():
        if not found.prices:
            raise MisplacedError(("models", i), _unknown(incomplete[i].name, incomplete[i].wanted, found.why))
    return [
        model | {"prices": known[i].prices | incomplete[i].prices} if i in known else model
        for i, model in enumerate(models)
    ]


def _listed(model: Any, sellers: Mapping[str, Any]) -> Listed | None:
    try:
        seller = sellers.get(model["provider"], {})
        named = {"provider": seller.get("kind", model["provider"]), "base_url": seller.get("base_url", "")}
        return msgspec.convert(model | named, Listed)
    except (AttributeError, KeyError, TypeError):
        return None
    except msgspec.ValidationError:
        return None  # the whole is checked next, and says what is wrong with it


def _looked_up(wanted: Sequence[Wanted]) -> list[Found]:
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "ratchet_catalogue.price_list"],
            input=msgspec.json.encode(wanted),
            capture_output=True,
            timeout=PATIENCE_S,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise CannotStartError(
            f"The prices that genai-prices knows could not be read ({type(error).__name__}): install the router "
            "anew, or write the prices of all models into the catalogue."
        ) from error
    return msgspec.json.decode(asked.stdout, type=list[Found])


def _unknown(name: str, wanted: Wanted, why: str) -> str:
    seller = wanted.provider or wanted.url or "a provider that it could look up"
    return (
        f"{name} has no prices for input and output, and genai-prices {why} ({wanted.model} of {seller}): "
        "give `prices = { input = …, output = … }`, or name in `priced_as` what it is priced as (`openai:gpt-4o`)"
    )
