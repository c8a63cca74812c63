"""What genai-prices knows becomes our prices, and both then come to the same bill."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import genai_prices
import msgspec
import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, Provider

from ratchet_catalogue.catalogue import Catalogue
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_catalogue.known_prices import Wanted
from ratchet_catalogue.price_list import IN_A_BATCH, found
from ratchet_catalogue.prices import Prices
from ratchet_common.errors import CannotStartError
from ratchet_common.events import Usage

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SELLERS = ("openai", "anthropic", "google", "aws")
NANO = Decimal("1e-9")
AS_THEIRS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_tokens": "cache_read_tokens",
    "cache_written_tokens": "cache_write_tokens",
    "cache_written_long_tokens": "cache_write_1h_tokens",
    "reasoning_tokens": "output_reasoning_tokens",
    "image_tokens": "input_image_tokens",
    "audio_tokens": "input_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_image_tokens": "output_image_tokens",
    "cached_image_tokens": "cache_image_read_tokens",
    "cached_audio_tokens": "cache_audio_read_tokens",
}


def bought() -> Iterator[Usage]:
    """Short and long, on both sides of every threshold; each part alone and all of them together."""
    for total, written in product((0, 1, 999, 100_001, 128_001, 200_000, 200_001, 272_001, 900_000), (0, 7, 8_192)):
        tenth, fifth = total // 10, written // 5
        parts = {
            "cached_tokens": tenth,
            "cache_written_tokens": 3 * tenth,
            "cache_written_long_tokens": tenth,
            "image_tokens": 2 * tenth,
            "audio_tokens": tenth,
            "reasoning_tokens": 2 * fifth,
            "output_audio_tokens": fifth,
            "output_image_tokens": fifth,
        }
        of_the_cached = {"cached_image_tokens": tenth // 2, "cached_audio_tokens": tenth // 4}
        for chosen in (
            {},
            parts,
            parts | of_the_cached,
            *({part: count} for part, count in parts.items() if part != "cache_written_long_tokens"),
        ):
            yield msgspec.convert({"input_tokens": total, "output_tokens": written} | chosen, Usage)


def theirs(usage: Usage) -> genai_prices.Usage:
    counted = {their: getattr(usage, ours) for ours, their in AS_THEIRS.items()}
    return genai_prices.Usage(**counted)


def models(seller: str) -> Iterator[tuple[Provider, ModelInfo, Prices]]:
    (provider,) = (one for one in get_snapshot().providers if one.id == seller)
    for model in provider.models:
        known = found(Wanted(provider=seller, model=model.id), NOW)
        if known.prices:
            yield provider, model, msgspec.convert(known.prices, Prices)


@pytest.mark.parametrize("seller", SELLERS)
def test_both_come_to_the_same_bill(seller: str) -> None:
    compared = 0
    for provider, model, ours in models(seller):
        for usage in bought():
            bill = model.calc_price(theirs(usage), provider, genai_request_timestamp=NOW).total_price
            assert abs(ours.of(usage) - bill) < NANO, (model.id, usage)
            compared += 1
    assert compared > 1_000


@pytest.mark.parametrize("seller", ["openai", "anthropic", "google"])
def test_both_come_to_the_same_bill_for_a_batch_where_they_know_its_price(seller: str) -> None:
    compared = 0
    for provider, model, ours in models(seller):
        if ours.batch is None:
            continue
        for usage in bought():
            bill = model.calc_price(
                theirs(usage), provider, genai_request_timestamp=NOW, price_context=IN_A_BATCH
            ).total_price
            assert abs(ours.of(msgspec.structs.replace(usage, batch=True)) - bill) < NANO, (model.id, usage)
            compared += 1
    assert compared > 1_000


def catalogue(tmp_path: Path, *lines: str, name: str = "one") -> Catalogue:
    path = tmp_path / "catalogue.toml"
    model = (
        "[[models]]",
        f'name = "{name}"',
        'tier = "fast"',
        "context_window = 1000",
        "latency_ms = 20",
        "quality = { default = 0.6 }",
    )
    path.write_text("\n".join((*model, *lines, *PROVIDERS)))
    return read_catalogue(path)


OPENAI = ('provider = "ours"',)
PROVIDERS = (
    "[providers.ours]",
    'kind = "openai_shaped"',
    'base_url = "https://api.openai.com/v1"',
    "[providers.gateway]",
    'kind = "openai_shaped"',
    'base_url = "https://gateway.example/v1"',
)


def test_the_catalogue_may_leave_out_prices_that_are_known(tmp_path: Path) -> None:
    (model,) = catalogue(tmp_path, *OPENAI, 'upstream_model = "gpt-4o-mini"').models.values()
    assert model.prices == msgspec.convert(found(Wanted(provider="openai", model="gpt-4o-mini"), NOW).prices, Prices)
    assert model.prices.output == Decimal("0.6")


def test_a_price_that_is_given_goes_before_the_known_one(tmp_path: Path) -> None:
    (model,) = catalogue(tmp_path, *OPENAI, 'upstream_model = "gpt-4o-mini"', "prices.output = 0.5").models.values()
    assert (model.prices.input, model.prices.output) == (Decimal("0.15"), Decimal("0.5"))


def test_a_table_with_input_and_output_stands_alone(tmp_path: Path) -> None:
    (model,) = catalogue(tmp_path, *OPENAI, "prices = { input = 1, output = 1 }", name="gpt-4o-mini").models.values()
    assert model.prices == Prices(Decimal(1), Decimal(1))


def test_a_model_by_another_name_is_priced_as_what_it_is(tmp_path: Path) -> None:
    (model,) = catalogue(tmp_path, 'provider = "gateway"', 'priced_as = "anthropic:claude-haiku-4-5"').models.values()
    assert (model.prices.cache_written, model.prices.cache_written_long) == (Decimal("1.25"), Decimal(2))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((*OPENAI, 'upstream_model = "gpt-of-1812"'), r"gpt-of-1812 of https://api\.openai\.com"),
        (('provider = "simulated"',), "cannot tell who sells it"),
        ((*OPENAI, 'priced_as = "deepseek:deepseek-chat"'), "hour of the day"),
        ((*OPENAI, 'priced_as = "openai:whisper-1"'), "by input tokens"),
        ((*OPENAI, 'priced_as = "gpt-4o"'), "priced_as"),
    ],
)
def test_a_price_that_nobody_knows_stops_the_start(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(CannotStartError, match=said) as stopped:
        catalogue(tmp_path, *lines)
    assert "models[0]" in str(stopped.value)


def test_a_router_that_has_looked_prices_up_has_not_loaded_the_list(tmp_path: Path) -> None:
    catalogue(tmp_path, *OPENAI, name="gpt-4o")
    look = (
        "import sys, pathlib; from ratchet_catalogue.catalogue_file import read_catalogue; "
        "read_catalogue(pathlib.Path(sys.argv[1])); sys.exit(any('genai_prices' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", look, str(tmp_path / "catalogue.toml")], check=False).returncode == 0
