"""What the same tokens would have cost otherwise."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ratchet_catalogue.discounts import added, batch_discount, cache_discount, savings_of
from ratchet_catalogue.prices import Above, Prices
from ratchet_common.events import Savings, Usage

D = Decimal
PRICES = Prices(
    D(2), D(10), cached=D("0.5"), cache_written=D("2.5"), batch_factor=D("0.5"), above=(Above(tokens=500, input=D(4)),)
)
USAGE = Usage(input_tokens=1_000, output_tokens=100, cached_tokens=400)


def test_a_batch_saves_what_its_price_leaves_out() -> None:
    batch = msgspec.structs.replace(USAGE, batch=True)
    assert batch_discount(batch, PRICES) == PRICES.of(USAGE) / 2 == PRICES.of(batch)
    assert batch_discount(USAGE, PRICES) == 0


def test_the_providers_cache_saves_and_writing_into_it_costs() -> None:
    assert cache_discount(USAGE, PRICES) == 400 * (D(4) - D("0.5")) / 1_000_000
    written = Usage(input_tokens=400, cache_written_tokens=400)
    assert cache_discount(written, PRICES) == 400 * (D(2) - D("2.5")) / 1_000_000


def test_where_nothing_is_saved_and_nothing_compared_there_is_nothing_to_say() -> None:
    assert savings_of(Usage(input_tokens=5), PRICES) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans())
def test_the_reference_is_asked_for_the_same_tokens_in_the_same_way(read: int, written: int, batch: bool) -> None:
    usage, large = Usage(input_tokens=read, output_tokens=written, batch=batch), Prices(D(15), D(75))
    found = savings_of(usage, PRICES, ("large", large))
    assert found == Savings(
        batch_usd=batch_discount(usage, PRICES), reference_model="large", reference_usd=large.of(usage)
    )


def test_calls_are_compared_each_by_itself_and_added_up() -> None:
    """Three short calls are no long one: together they would have been priced as more than 500 tokens."""
    short, usual = Usage(input_tokens=300, output_tokens=10), Prices(D(1), D(1))
    found = added(savings_of(short, usual, ("large", PRICES)) for _ in range(3))
    assert found == Savings(reference_model="large", reference_usd=3 * PRICES.of(short))
    assert found.reference_usd < PRICES.of(Usage(input_tokens=900, output_tokens=30))
    assert added([None, None]) is None
    assert added([None, Savings(batch_usd=D(1)), Savings(batch_usd=D(2))]) == Savings(batch_usd=D(3))
