"""What was spent adds up by whatever it is asked for, in any order, and however little is kept of it."""

import random
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_common.events import Attempt, Savings, Usage
from ratchet_common.persons import digest
from ratchet_monitor.ledger.breakdown import MOST_KEYS, Adding
from ratchet_monitor.ledger.sheet import DEAREST, DIMENSIONS, TOTAL, Sheet, Summing
from ratchet_monitor.ledger.sums import OTHERS, WIDTH, Sums, add, empty, largest, renamed, row_of, sums
from ratchet_monitor.ledger.table import Packed, packed, table, unpacked
from ratchet_monitor.observations import Observation
from tests.unit.monitor.make import observation, result_id

USAGE = Usage(input_tokens=1_000, output_tokens=50, cached_tokens=400)
FAILED = Attempt(
    model="other", latency_ms=3, error="failed_checks", usage=Usage(input_tokens=7), cost_usd=Decimal("0.0005")
)


def sheet(seen: list[Observation], most: int = 250, hits: int = 0) -> Sheet:
    summing = Summing()
    for one in seen:
        summing.observe(one, hits)
    return summing.sheet(most)


def total(found: Sheet, dimension: str) -> Sums:
    whole = empty()
    for row in found[dimension].values():
        add(whole, row)
    return sums(whole)


seen_ones = st.builds(
    lambda number, model, user, document, cost, paid: observation(
        number,
        model=model,
        user=user,
        document=document,
        cost_usd=Decimal(cost) / 10**9,
        usage=USAGE,
        attempts=(FAILED,) * paid,
    ),
    st.integers(1, 10_000),
    st.sampled_from(("a", "b", "c", "other")),
    st.sampled_from((None, "ann", "bob", "cid", "dan")),
    st.sampled_from((None, "x", "y", "z")),
    st.integers(0, 10**9),
    st.integers(0, 2),
)


@settings(deadline=None, max_examples=60)
@given(seen=st.lists(seen_ones, max_size=30), most=st.integers(1, 4), parts=st.integers(1, 4))
def test_every_dimension_adds_up_to_the_total_whatever_is_kept(seen: list[Observation], most: int, parts: int) -> None:
    day = Summing()
    for number in range(parts):
        day.include(sheet(seen[number::parts], most))
    found = day.sheet(most)
    billed = sum(one.cost + one.cost_of_attempts for one in seen)
    assert total(found, TOTAL).billed == billed
    for dimension in DIMENSIONS:
        assert total(found, dimension) == total(found, TOTAL)
        assert len(found[dimension]) <= most + 1


def test_the_order_does_not_matter() -> None:
    seen = [observation(n, model=f"m{n % 7}", user=f"u{n % 11}", usage=USAGE) for n in range(200)]
    mixed = list(seen)
    random.Random(3).shuffle(mixed)
    assert sheet(seen, 5) == sheet(mixed, 5)


def test_a_call_whose_answer_was_not_given_is_billed_to_the_model_that_was_asked() -> None:
    found = sheet([observation(1, user="ann", usage=USAGE, attempts=(FAILED,))])
    by_model = {name: sums(row) for name, row in found["model"].items()}
    assert (by_model["other"].cost_of_attempts, by_model["other"].input, by_model["other"].answers) == (500_000, 7, 0)
    assert (by_model["small-model"].cost, by_model["small-model"].input) == (2_000_000, 1_000)
    ann = sums(found["user"][digest("acme", "ann")])
    assert (ann.billed, ann.input, ann.cached, ann.output) == (2_500_000, 1_007, 400, 50)


def test_what_was_saved_stands_by_its_cause_and_by_the_reference() -> None:
    savings = Savings(
        batch_usd=Decimal("0.002"),
        provider_cache_usd=Decimal("-0.000001"),
        reference_model="large",
        reference_usd=Decimal("0.05"),
    )
    named = observation(1, savings=savings, by="routed", premium_cost_usd=Decimal(9))
    dearest = observation(2, by="routed", premium_cost_usd=Decimal("0.01"))
    pinned = observation(3, by="pinned", savings=savings)
    found = {name: sums(row) for name, row in sheet([named, dearest, pinned], hits=2)["reference"].items()}
    assert found["large"].routing_saved == 48_000_000
    assert found[DEAREST].routing_saved == 8_000_000
    assert (found[""].compared, found[""].routing_saved) == (0, 0)
    assert (found["large"].batch_saved, found["large"].provider_cache_saved) == (2_000_000, -1_000)
    assert found["large"].caching_saved == 2 * 2_000_000


def test_a_hit_of_our_cache_uses_no_tokens_and_saves_nothing_itself() -> None:
    hit = observation(
        1, cached_from=result_id(2), cost_usd=Decimal(0), usage=USAGE, savings=Savings(batch_usd=Decimal(1))
    )
    assert row_of(hit, 0) == [1, *[0] * (WIDTH - 1)]


def test_what_an_earlier_release_kept_of_attempts_is_not_lost() -> None:
    """It knew what they had cost together, and not whom."""
    old = observation(1, attempts=(FAILED,))
    found = sheet([Observation(**{name: getattr(old, name) for name in old.__struct_fields__} | {"spent": ()})])
    assert total(found, "model").cost_of_attempts == total(found, TOTAL).cost_of_attempts == 500_000


def test_the_largest_stay_and_the_others_are_their_sum() -> None:
    rows = {name: [1, cost, *[0] * (WIDTH - 2)] for name, cost in (("a", 5), ("b", 9), ("c", 5), (OTHERS, 100))}
    assert largest(rows, 2) == {"b": rows["b"], "a": rows["a"], OTHERS: [2, 105, *[0] * (WIDTH - 2)]}
    assert largest({}, 2) == {}


def test_a_breakdown_shows_the_largest_the_others_and_what_was_asked_for() -> None:
    adding = Adding({"c": "Cid", "nobody": "Nob"})
    for part in ({"a": [1, 5_000_000_000], "b": [1, 3_000_000_000]}, {"b": [1, 4_000_000_000], "c": [1, 1_000_000]}):
        adding.include(table({name: row + [0] * (WIDTH - len(row)) for name, row in part.items()}))
    found = adding.breakdown("user", 30, limit=2)
    assert [(one.key, one.billed) for one in found.items] == [("b", 7.0), ("a", 5.0)]
    assert (found.others.billed, found.total.billed, found.total.answers) == (0.001, 12.001, 4)
    assert [(one.name, one.billed) for one in found.asked] == [("Cid", 0.001), ("Nob", 0.0)]


def test_of_nothing_there_is_nothing() -> None:
    found = Adding({}).breakdown("model", 30, limit=5)
    assert (found.items, found.total.billed, found.total.share) == ([], 0.0, 0.0)


def test_far_too_many_keys_stay_bounded_and_exact() -> None:
    adding = Adding({"k0": "first"})
    for start in range(0, 3 * MOST_KEYS, 1_000):
        adding.include(table({f"k{n}": [1, n, *[0] * (WIDTH - 2)] for n in range(start, start + 1_000)}))
    found = adding.breakdown("user", 30, limit=1)
    assert found.total.answers == 3 * MOST_KEYS == found.others.answers + sum(one.answers for one in found.items)
    assert (found.items[0].key, found.asked[0].answers) == (f"k{3 * MOST_KEYS - 1}", 1)


def test_rows_are_kept_and_read_again() -> None:
    rows = {"a": list(range(WIDTH)), "b": [-(2**40)] * WIDTH}
    assert unpacked(packed(rows)).rows == rows
    assert unpacked(packed({})).rows == unpacked(None).rows == {}


def test_rows_of_an_earlier_release_are_narrower() -> None:
    old = msgspec.msgpack.encode(Packed(2, ["a"], (7).to_bytes(8, "little") + (9).to_bytes(8, "little")))
    assert unpacked(old).rows == {"a": [7, 9, *[0] * (WIDTH - 2)]}


def test_a_user_that_is_renamed_to_one_that_is_there_is_added_to_it() -> None:
    """As where renaming broke off between the hours, and both names stand in one."""
    rows = {"ann": [1, 5], "made up": [2, 7], "bob": [1, 1]}
    wide = {name: row + [0] * (WIDTH - len(row)) for name, row in rows.items()}
    found = renamed(wide, "ann", "made up")
    assert {name: row[:2] for name, row in found.items()} == {"made up": [3, 12], "bob": [1, 1]}
    assert wide["made up"][:2] == [2, 7]
    assert renamed(wide, "nobody", "made up") == wide
