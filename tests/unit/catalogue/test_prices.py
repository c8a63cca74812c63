from decimal import Decimal

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from ratchet_catalogue.prices import MILLION, Above, Batch, Prices
from ratchet_common.events import Usage

D = Decimal
ALL = Prices(
    D(1),
    D(10),
    D("0.1"),
    cache_written=D("1.25"),
    cache_written_long=D(2),
    reasoning=D(12),
    image=D("1.5"),
    audio=D(4),
    output_audio=D(40),
    output_image=D(30),
    cached_image=D("0.3"),
    cached_audio=D("0.5"),
)
BOUGHT = Usage(
    input_tokens=1_000,
    output_tokens=100,
    cached_tokens=400,
    cache_written_tokens=300,
    cache_written_long_tokens=100,
    image_tokens=50,
    audio_tokens=20,
    reasoning_tokens=60,
    output_audio_tokens=10,
    output_image_tokens=20,
    cached_image_tokens=30,
    cached_audio_tokens=5,
)


def test_every_kind_of_token_has_its_price() -> None:
    from_cache = 365 * D("0.1") + 30 * D("0.3") + 5 * D("0.5")
    read = from_cache + 200 * D("1.25") + 100 * D(2) + 20 * D("1.5") + 15 * D(4) + 265 * D(1)
    written = 60 * D(12) + 10 * D(40) + 20 * D(30) + 10 * D(10)
    assert ALL.of(BOUGHT) == (read + written) / MILLION


def test_a_kind_without_a_price_costs_what_its_whole_costs() -> None:
    assert Prices(D(1), D(10)).of(BOUGHT) == D("0.002")


def test_an_hour_in_the_cache_costs_as_the_minutes_do_unless_told() -> None:
    written = Usage(input_tokens=100, cache_written_tokens=100, cache_written_long_tokens=100)
    assert Prices(D(1), D(1), cache_written=D(3)).of(written) == D("0.0003")


def test_what_is_cached_counts_as_text_first_and_nothing_is_paid_twice() -> None:
    seen = Usage(input_tokens=100, cached_tokens=80, image_tokens=50)
    assert ALL.of(seen) == (80 * D("0.1") + 20 * D("1.5")) / MILLION


def test_what_the_provider_says_was_cached_costs_what_that_kind_costs_from_the_cache() -> None:
    heard = Usage(input_tokens=1_000, cached_tokens=100, audio_tokens=100, cached_audio_tokens=100)
    assert ALL.of(heard) == (100 * D("0.5") + 900 * D(1)) / MILLION
    assert Prices(D(1), D(1), D("0.1"), audio=D(4)).of(heard) == (100 * D("0.1") + 900 * D(1)) / MILLION


def test_what_a_model_draws_costs_what_pictures_cost() -> None:
    drawn = Usage(output_tokens=1_300, output_image_tokens=1_290)
    assert ALL.of(drawn) == (1_290 * D(30) + 10 * D(10)) / MILLION
    assert Prices(D(1), D(10)).of(drawn) == D("0.013")


@pytest.mark.parametrize(("tokens", "cost"), [(200, "0.0002"), (201, "0.000402"), (1_001, "0.003003")])
def test_above_a_threshold_every_token_costs_more(tokens: int, cost: str) -> None:
    tiered = Prices(D(1), D(1), above=(Above(tokens=200, input=D(2)), Above(tokens=1_000, input=D(3))))
    assert tiered.of(Usage(input_tokens=tokens)) == D(cost)


def test_a_threshold_leaves_what_it_does_not_name() -> None:
    tiered = msgspec.structs.replace(ALL, above=(Above(tokens=200, input=D(2)),))
    assert tiered.of(Usage(input_tokens=300, cached_tokens=300)) == D("0.00003")


def test_a_batch_costs_its_factor_at_every_length() -> None:
    tiered = Prices(D(1), D(10), D("0.1"), above=(Above(tokens=200, input=D(2)),))
    for tokens in (100, 300):
        alone = Usage(input_tokens=tokens, output_tokens=50, cached_tokens=10)
        batch = msgspec.structs.replace(alone, batch=True)
        assert tiered.of(batch) * 2 == tiered.of(alone)


def test_a_batch_costs_what_is_named_for_it() -> None:
    named = Batch(input=D("0.7"), above=(Above(tokens=200, input=D("0.9")),))
    prices = Prices(D(1), D(10), batch=named, batch_factor=D("0.4"))
    assert prices.of(Usage(input_tokens=100, output_tokens=1, batch=True)) == (70 + D(4)) / MILLION
    assert prices.of(Usage(input_tokens=300, output_tokens=1, batch=True)) == (270 + D(4)) / MILLION


tokens = st.integers(0, 100_000_000)
price = st.decimals(0, 100_000, places=9)


@drawn(st.builds(Usage, **{name: tokens for name in Usage.__struct_fields__ if name.endswith("tokens")}), price, price)
def test_the_dearest_and_the_cheapest_price_bound_every_bill(usage: Usage, one: Decimal, other: Decimal) -> None:
    """Whatever a provider counts, subsets larger than their wholes too."""
    prices = Prices(one, other, cached=other, cache_written=one, image=other, audio=other, reasoning=one)
    bought = usage.input_tokens + usage.output_tokens
    assert min(one, other) * bought <= prices.of(usage) * MILLION <= max(one, other) * bought


@drawn(price, tokens, st.booleans())
def test_no_digit_is_lost(one: Decimal, bought: int, batch: bool) -> None:
    numerator, denominator = one.as_integer_ratio()
    cost_numerator, cost_denominator = (
        Prices(one, one, batch_factor=D("0.4321")).of(Usage(input_tokens=bought, batch=batch)).as_integer_ratio()
    )
    factor = 4321 if batch else 10_000
    assert cost_numerator * denominator * MILLION * 10_000 == numerator * bought * factor * cost_denominator


@pytest.mark.parametrize("wrong", ["-1", "NaN", "Infinity", "100001", "0.0000000001"])
def test_a_price_that_is_none_is_refused(wrong: str) -> None:
    above = [{"tokens": 1, "input": wrong}]
    for given in (
        {"input": wrong},
        {"image": wrong},
        {"above": above},
        {"batch": {"output": wrong}},
        {"batch": {"above": above}},
    ):
        with pytest.raises(ValueError, match="A price must"):
            msgspec.convert({"input": 1, "output": 1} | given, Prices)


@pytest.mark.parametrize("wrong", ["-0.1", "1.1", "NaN", "0.00001"])
def test_a_factor_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="batch_factor"):
        Prices(D(1), D(1), batch_factor=D(wrong))
