"""What others would have charged for the same calls: by one model, and each call by its own length."""

from decimal import Decimal

from ratchet_catalogue.prices import Above, Prices
from ratchet_common.events import Usage
from ratchet_router.dearest import Charged, dearest_of

D = Decimal
SMALL = Prices(D(1), D(1))
TIERED = Prices(D(2), D(2), above=(Above(tokens=500, input=D(20)),))
PART = Usage(input_tokens=300, output_tokens=10)


def test_a_text_in_parts_is_not_priced_as_one_long_call() -> None:
    calls = [Charged(SMALL, PART)] * 3
    assert dearest_of([SMALL, TIERED], calls) == 3 * TIERED.of(PART)
    assert dearest_of([SMALL, TIERED], calls) < TIERED.of(Usage(input_tokens=900, output_tokens=30))


def test_it_is_one_model_for_all_calls_and_never_less_than_it_cost() -> None:
    reads, writes = Prices(D(9), D(1)), Prices(D(1), D(9))
    read, written = Usage(input_tokens=100), Usage(output_tokens=100)
    calls = [Charged(SMALL, read), Charged(SMALL, written)]
    assert dearest_of([reads, writes], calls) == reads.of(read) + reads.of(written)
    assert dearest_of([SMALL], [Charged(TIERED, PART)]) == TIERED.of(PART)
