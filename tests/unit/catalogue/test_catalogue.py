from decimal import Decimal
from pathlib import Path

import pytest

from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE, read_catalogue
from ratchet_catalogue.prices import Prices
from ratchet_common.errors import CannotStartError
from ratchet_common.events import Usage

GOOD = """
[[models]]
name = "one"
provider = "simulated"
tier = "fast"
context_window = 1000
latency_ms = 20
prices = { input = 0.5, output = 2 }
quality = { default = 0.6 }
"""

PROVIDER = """
[providers.openai]
kind = "openai_shaped"
"""
EMBEDDING = """
[[embedding_models]]
name = "two"
provider = "simulated"
price = 0.02
"""
AWS = """
[providers.aws]
kind = "bedrock"
region = "eu-central-1"
"""


def test_the_shipped_catalogue_has_a_model_a_tier_and_asks_for_no_key() -> None:
    shipped = read_catalogue(SHIPPED_CATALOGUE)
    assert [model.tier for model in shipped.models.values()] == ["fast", "balanced", "premium"]
    assert not shipped.providers


def test_the_example_is_a_catalogue() -> None:
    found = read_catalogue(SHIPPED_CATALOGUE.with_name("catalogue.example.toml"))
    assert {model.provider for model in found.models.values()} <= found.providers.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD + 'fallbacks = ["two"]',
            r"line 10, `models\[0\]\.fallbacks\[0\]`: one falls back on two, which is no model here",
        ),
        (GOOD + '[tenants.acme]\nmodels = ["six"]', "line 11, .*tenant acme may use six, which is no model"),
        (GOOD + EMBEDDING + '[tenants.acme]\nmodels = ["two"]', "line 16, .*no model that answers"),
        (GOOD + "[tenants.acme]\nmodels = []", "tenants.*models"),
        (GOOD + 'fallbacks = ["one"]', "line 10, .*one falls back on itself"),
        (GOOD + 'fallbacks_when = { filtered = ["one"] }', "line 10, .*after such a failure nobody else is asked"),
        (GOOD + 'fallbacks_when = { tired = ["one"] }', "line 10, .*fallbacks_when"),
        (GOOD + "this is no toml", "line 10"),
        (GOOD.replace('"fast"', '"quick"'), r"line 5, `models\[0\]\.tier`"),
        (GOOD.replace("latency_ms = 20", ""), r"line 2, `models\[0\]`: .*`latency_ms`"),
        (GOOD.replace("0.5", '"cheap"'), r"line 8, `models\[0\]\.prices\.input`"),
        (GOOD.replace("0.5", "-1"), "line 8, .*price"),
        (GOOD.replace("0.5", "nan"), "price"),
        (GOOD.replace("default = 0.6", "default = 6"), r"line 9, `models\[0\]\.quality\.default`"),
        (GOOD.replace("default = 0.6", "chat = 0.6"), "line 9, .* no `default`"),
        (GOOD.replace("default = 0.6", "default = 0.6, chess = 0.1"), "line 9, .*names chess"),
        (GOOD.replace('"one"', '"auto"'), "line 3, .*taken by the router"),
        (GOOD.replace('"one"', '"base"'), "taken by the router"),
        (GOOD.replace('"simulated"', '"nobody"'), "line 4, .*one names the provider nobody, .* known are simulated"),
        (GOOD + EMBEDDING.replace('"simulated"', '"aws"') + AWS, "line 13, .*aws has embedding models"),
        (GOOD + EMBEDDING.replace("0.02", "-1"), "line 11, .*price"),
        (GOOD + EMBEDDING.replace('"two"', '"one"'), "line 12, .*two models are called one"),
        (GOOD + PROVIDER.replace("openai_shaped", "fax"), r"line 12, `providers\.openai\.kind`"),
        (GOOD + PROVIDER.replace("openai", "simulated", 1), "line 11, .*taken by the router"),
        (GOOD + GOOD, "line 12, .*two models are called one"),
        (GOOD + "surprise = 1", r"line 10, `models\[0\]`: .*`surprise`"),
        (GOOD + AWS.replace("region", "regions"), r"line 13, `providers\.aws`: .*`regions`"),
        ("", "models"),
    ],
)
def test_a_malformed_catalogue_stops_the_start_with_its_line_or_field(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(text)
    with pytest.raises(CannotStartError, match=said) as stopped:
        read_catalogue(path)
    assert str(path) in str(stopped.value)


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="ROUTER_CATALOGUE"):
        read_catalogue(tmp_path / "none.toml")


def test_cached_tokens_have_their_own_price() -> None:
    usage = Usage(input_tokens=1_000, output_tokens=100, cached_tokens=400)
    assert Prices(Decimal(1), Decimal(10), Decimal("0.5")).of(usage) == Decimal("0.0018")
    assert Prices(Decimal(1), Decimal(10)).of(usage) == Decimal("0.002")


def test_a_mark_that_editors_put_before_a_file_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert read_catalogue(path).models
