"""Every difference between an invoice and the records has a cause, and the causes add up to it exactly."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from ratchet_monitor.invoices.explaining import unit_prices, usd
from ratchet_monitor.invoices.reading import Again, Billed, Invoice, Key
from ratchet_monitor.invoices.reconciling import Item, Reconciled, reconciled, span
from ratchet_monitor.ledger.sums import Sums

FIRST = date(2026, 11, 2)
AFTER = FIRST + timedelta(days=6)
DAY_LONG = timedelta(days=1)
IN, OUT, CACHED = 2_000, 8_000, 500  # nano-USD a token


def ours(read: int, written: int, cached: int = 0, answers: int = 10, **more: int) -> Sums:
    cost = (read - cached) * IN + written * OUT + cached * CACHED
    return Sums(answers=answers, cost=cost, input=read, output=written, cached=cached, **more)


def bill(its: Sums, amount: Decimal | None = None, step: str = "0.000000001", **more: Any) -> Billed:
    said: dict[str, Any] = {"input": its.input, "output": its.output, "cached": its.cached} | more
    return Billed(amount=usd(its.billed) if amount is None else amount, step=Decimal(step), count=1, lines=[2], **said)


RECORDED = {
    Key(FIRST + timedelta(days=n), "large"): ours(10_000 + 997 * n, 500 + 61 * n * n, 300 * (n % 3)) for n in range(6)
}


def agreeing() -> dict[Key, Billed]:
    return {key: bill(its) for key, its in RECORDED.items()}


def found(
    billed: Mapping[Key, Billed], recorded: Mapping[Key, Sums] = RECORDED, *, with_tokens: bool = True
) -> Reconciled:
    said = Invoice({}, with_tokens, with_cached=with_tokens, billed=dict(billed))
    result = reconciled(said, recorded)
    for item in result.items:
        assert sum((cause.usd for cause in item.causes), Decimal(0)) == item.difference
    return result


def only(result: Reconciled) -> Item:
    (item,) = (one for one in result.items if one.causes)
    return item


def kinds(item: Item) -> list[str]:
    return [cause.kind for cause in item.causes]


DAY = Key(FIRST + timedelta(days=2), "large")
ITS = RECORDED[DAY]


def changed(its: Billed, key: Key = DAY) -> Reconciled:
    return found(agreeing() | {key: its})


def test_where_all_agree_there_is_no_cause() -> None:
    result = found(agreeing())
    assert len(result.items) == 6
    assert not any(item.causes for item in result.items)


def test_an_amount_to_the_cent_is_rounded() -> None:
    cents = usd(ITS.billed).quantize(Decimal("0.01"))
    assert kinds(only(changed(bill(ITS, cents, step="0.005")))) == ["rounding"]


def test_the_same_tokens_at_another_price() -> None:
    item = only(changed(bill(ITS, usd(ITS.billed) * Decimal("1.1"))))
    assert kinds(item) == ["price_differs"]
    assert "1.1000 times" in item.causes[0].words


def test_a_line_that_stands_there_twice_is_named_where_without_it_both_agree() -> None:
    line = usd(ITS.billed)
    again = Again(line, ITS.input, ITS.output, ITS.cached, [7])
    doubled: dict[str, Any] = {
        "input": 2 * ITS.input,
        "output": 2 * ITS.output,
        "cached": 2 * ITS.cached,
        "again": again,
    }
    item = only(changed(bill(ITS, 2 * line, **doubled)))
    assert kinds(item) == ["billed_twice"]
    assert (item.causes[0].usd, item.causes[0].words[:7]) == (line, "Line 7:")
    cents = line.quantize(Decimal("0.01"))
    rounded = doubled | {"again": Again(cents, ITS.input, ITS.output, ITS.cached, [7])}
    assert kinds(only(changed(bill(ITS, 2 * cents, step="0.01", **rounded)))) == ["billed_twice", "rounding"]
    without_tokens = {key: Billed(amount=usd(its.billed), count=1) for key, its in RECORDED.items()}
    twice = Billed(amount=2 * line, count=2, again=Again(line, lines=[7]))
    assert kinds(only(found(without_tokens | {DAY: twice}, with_tokens=False))) == ["billed_twice"]


def test_lines_that_are_alike_prove_nothing_where_the_records_have_both() -> None:
    half = Again(usd(ITS.billed) / 2, ITS.input // 2, ITS.output // 2, ITS.cached // 2, [7])
    assert not any(item.causes for item in changed(bill(ITS, again=half)).items)
    assert kinds(only(changed(bill(ITS, usd(ITS.billed) * Decimal("1.5"), again=half)))) == ["price_differs"]


def test_calls_that_we_never_saw_and_calls_of_ours_that_they_do_not_list() -> None:
    more = usd(1_000 * IN + 50 * OUT)
    item = only(changed(bill(ITS, usd(ITS.billed) + more, input=ITS.input + 1_000, output=ITS.output + 50)))
    assert kinds(item) == ["tokens_differ"]
    assert "1,000 more of input, 50 more of output" in item.causes[0].words
    assert "never recorded" in item.causes[0].words
    assert "never went through the router, such as evaluations" in item.causes[0].words
    item = only(changed(bill(ITS, usd(ITS.billed) - more, input=ITS.input - 1_000, output=ITS.output - 50)))
    assert "that they do not list" in item.causes[0].words


def test_tokens_and_prices_that_differ_are_told_apart_by_our_records() -> None:
    """Of prices that the records show: 1,000 tokens of input more, and all at twice the price."""
    amount = 2 * (usd(ITS.billed) + usd(1_000 * IN))
    item = only(changed(bill(ITS, amount, input=ITS.input + 1_000)))
    assert kinds(item) == ["tokens_differ", "price_differs"]
    assert abs(item.causes[0].usd - usd(1_000 * IN)) < Decimal("1e-9")


def test_where_our_records_tell_no_price_tokens_are_all_that_is_said() -> None:
    item = only(found({DAY: bill(ITS, Decimal(9), input=1)}, {DAY: ITS}))
    assert kinds(item) == ["tokens_differ"]
    assert "prices may differ too" in item.causes[0].words


def test_discounts_that_one_side_did_not_count() -> None:
    batch = ours(10_000, 900, 0, batch_saved=7_000_000)
    cache = ours(10_000, 900, 400, provider_cache_saved=600_000)
    attempts = ours(10_000, 900, 0, cost_of_attempts=5_000_000)
    for its, amount, kind in (
        (batch, usd(batch.billed + batch.batch_saved), "batch_discount"),
        (cache, usd(cache.billed + cache.provider_cache_saved), "cache_discount"),
        (attempts, usd(attempts.cost), "attempts_not_billed"),
        (ITS, usd(ITS.billed) / 2, "batch_discount"),
    ):
        assert kinds(only(found(agreeing() | {DAY: bill(its, amount)}, RECORDED | {DAY: its}))) == [kind]


def test_calls_whose_answers_were_not_given_are_told_with_their_tokens() -> None:
    """Ours count 700 tokens of input and 30 of output of such calls; they neither list nor bill them."""
    attempts = 700 * IN + 30 * OUT
    its = ours(10_000, 900, 0)
    both = replace(its, cost_of_attempts=attempts, input=10_700, output=930)
    recorded = RECORDED | {DAY: both}
    item = only(found(agreeing() | {DAY: bill(its)}, recorded))
    assert kinds(item) == ["attempts_not_billed"]
    more = bill(its, input=10_900)
    assert kinds(only(found(agreeing() | {DAY: more}, recorded)))[0] == "tokens_differ"


def test_a_day_that_begins_at_another_hour_makes_up_for_the_one_beside_it() -> None:
    moved = ours(500, 20)
    theirs = agreeing()
    first, second = Key(FIRST, "large"), Key(FIRST + timedelta(days=1), "large")
    for key, sign in ((first, -1), (second, 1)):
        its = RECORDED[key]
        amount = usd(its.billed + sign * moved.billed)
        theirs[key] = bill(its, amount, input=its.input + sign * 500, output=its.output + sign * 20)
    result = found(theirs)
    assert [kinds(item) for item in result.items[:3]] == [["another_day"], ["another_day"], []]
    assert sum((item.difference for item in result.items), Decimal(0)) == 0


def test_what_lies_on_the_day_before_the_invoice_begins_is_found() -> None:
    before = Key(FIRST - timedelta(days=1), "large")
    late = ours(700, 30)
    its = RECORDED[Key(FIRST, "large")]
    theirs = agreeing() | {
        Key(FIRST, "large"): bill(its, usd(its.billed + late.billed), input=its.input + 700, output=its.output + 30)
    }
    result = found(theirs, RECORDED | {before: late})
    assert [(item.key.day, kinds(item)) for item in result.items[:2]] == [
        (before.day, ["another_day"]),
        (FIRST, ["another_day"]),
    ]
    assert before not in {item.key for item in found(agreeing(), RECORDED | {before: late}).items}


def test_days_that_make_up_for_each_other_do_so_whatever_was_recorded_beside_them() -> None:
    theirs = agreeing()
    for key, sign in ((Key(FIRST, "large"), -1), (Key(FIRST + timedelta(days=1), "large"), 1)):
        its, moved = RECORDED[key], ours(500, 20)
        amount = usd(its.billed + sign * moved.billed)
        theirs[key] = bill(its, amount, input=its.input + sign * 500, output=its.output + sign * 20)
    beside = {Key(FIRST - timedelta(days=1), "large"): ours(7_000, 300), Key(AFTER, "large"): ours(9_000, 40)}
    result = found(theirs, RECORDED | beside)
    assert [kinds(item) for item in result.items[:3]] == [["another_day"], ["another_day"], []]
    assert len(result.items) == 6


def steady(begins: int, days: int = 30) -> tuple[dict[Key, Billed], dict[Key, Sums], dict[datetime, Sums]]:
    """A month with calls in every hour, as they bill it whose day begins at that hour, and as it was recorded."""
    rng = random.Random(7)
    start = datetime.combine(FIRST - timedelta(days=1), time(), UTC)
    hours = {
        start + timedelta(hours=n): ours(rng.randrange(500, 9_000), rng.randrange(10, 400))
        for n in range((days + 2) * 24)
    }

    def of(day: date, begins: int) -> Sums:
        first = datetime.combine(day, time(), UTC) + timedelta(hours=begins)
        its = [hours[first + timedelta(hours=n)] for n in range(24) if first + timedelta(hours=n) in hours]
        return Sums(*(sum(column) for column in zip(*map(astuple, its), strict=True)))

    every = [FIRST + timedelta(days=n) for n in range(days)]
    recorded = {Key(day, "large"): of(day, 0) for day in (FIRST - timedelta(days=1), *every, every[-1] + DAY_LONG)}
    return {Key(day, "large"): bill(of(day, begins)) for day in every}, recorded, hours


@pytest.mark.parametrize("begins", [7, 12, -1, -14])
def test_a_month_of_another_time_zone_is_told_by_our_hours(begins: int) -> None:
    theirs, recorded, hours = steady(begins)
    said = Invoice({}, with_tokens=True, with_cached=True, billed=theirs)
    by_days = reconciled(said, recorded)
    assert by_days.by_hours == ("large",)
    assert all("may be that their day begins at another hour" in item.causes[0].words for item in by_days.items)
    result = reconciled(said, recorded, {"large": hours})
    assert {kind for item in result.items for kind in kinds(item)} == {"another_day"}
    assert len(result.items) == 30
    assert f"begins at {begins % 24:02}:00 UTC" in result.items[0].causes[0].words
    assert result.by_hours == ()
    for item in result.items:
        assert item.causes[0].usd == item.difference


def test_a_day_that_was_billed_dearer_stands_out_of_another_time_zone() -> None:
    theirs, recorded, hours = steady(7)
    dear = Key(FIRST + timedelta(days=9), "large")
    theirs[dear].amount *= 2
    result = reconciled(Invoice({}, with_tokens=True, with_cached=True, billed=theirs), recorded, {"large": hours})
    assert [item.key for item in result.items if "another_day" not in kinds(item)] == [dear]


def test_hours_that_are_not_whole_tell_nothing() -> None:
    theirs, recorded, hours = steady(7)
    some = {at: its for n, (at, its) in enumerate(hours.items()) if n % 24 != 5}
    result = reconciled(Invoice({}, with_tokens=True, with_cached=True, billed=theirs), recorded, {"large": some})
    assert not any("another_day" in kinds(item) for item in result.items)


def test_what_only_one_side_has() -> None:
    theirs = agreeing()
    del theirs[DAY]
    assert kinds(only(found(theirs))) == ["not_listed"]
    recorded = dict(RECORDED)
    del recorded[DAY]
    assert kinds(only(found(agreeing(), recorded))) == ["never_seen"]


def test_a_line_of_a_month_long_ago_asks_for_nothing_of_the_months_between() -> None:
    stray, between = Key(date(2026, 1, 15), "large"), Key(date(2026, 3, 5), "large")
    result = found(agreeing() | {stray: bill(ITS)}, RECORDED | {between: ITS, Key(between.day, "small"): ITS})
    assert (only(result).key, kinds(only(result)), result.not_theirs) == (stray, ["never_seen"], {})


def test_a_model_that_no_record_names_asks_for_an_alias_and_one_that_no_line_names_stands_apart() -> None:
    result = found({Key(FIRST, "gpt-l"): Billed(amount=Decimal(3))})
    assert "give an alias" in only(result).causes[0].words
    assert result.not_theirs == {"large": usd(RECORDED[Key(FIRST, "large")].billed)}


def test_without_tokens_in_the_file_only_amounts_are_compared() -> None:
    theirs = agreeing() | {DAY: Billed(amount=usd(ITS.billed) * 3, step=Decimal("1e-9"))}
    assert kinds(only(found(theirs, with_tokens=False))) == ["unknown"]


def test_as_many_models_as_a_file_may_have_are_compared_once_each() -> None:
    """Of 5,000 models: were each looked for among all, it would take minutes."""
    billed = {Key(FIRST, f"model-{n}"): Billed(amount=Decimal(1), count=1) for n in range(5_000)}
    recorded = {key: Sums(answers=1, cost=10**9, input=1) for key in billed}
    result = found(billed, recorded, with_tokens=False)
    assert len(result.items) == 5_000
    assert not any(item.causes for item in result.items)


def test_of_no_line_that_could_be_read_there_is_nothing_to_compare() -> None:
    assert span(Invoice({}, with_tokens=True, with_cached=True)) is None
    assert found({}) == Reconciled([], {})


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 5), st.sampled_from(("large", "other"))),
        st.tuples(st.integers(0, 10**7), st.integers(0, 10**5), st.integers(0, 10**5)),
        max_size=8,
    )
)
def test_whatever_they_bill_the_causes_add_up(lines: dict[tuple[int, str], tuple[int, int, int]]) -> None:
    billed = {
        Key(FIRST + timedelta(days=day), model): Billed(
            amount=Decimal(amount) / 10**6, step=Decimal("0.0000005"), input=read, output=written
        )
        for (day, model), (amount, read, written) in lines.items()
    }
    found(billed)
    found(billed, with_tokens=False)


def test_prices_are_told_by_days_that_they_explain() -> None:
    prices = unit_prices(RECORDED.values())
    assert prices is not None
    for told, nano in ((prices.input, IN), (prices.output, OUT), (prices.cached, CACHED)):
        assert abs(told - usd(nano)) < Decimal("1e-14")
    dearer = Sums(answers=1, cost=123_456_789, input=5_000, output=70, cached=10)
    assert unit_prices([*RECORDED.values(), dearer]) is None
    assert unit_prices([ITS]) is None
    assert unit_prices([]) is None
