"""An invoice's file, as it comes: recognised, or refused in words that help."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ratchet_common.errors import RefusedError
from ratchet_monitor.invoices import reading
from ratchet_monitor.invoices.reading import MOST_LINES, Again, Asked, Invoice, Key, read

DAY = date(2026, 11, 3)
HEADER = "date,model,input_tokens,output_tokens,cached_tokens,amount,currency\n"
LARGE = Key(DAY, "large")


def reasons(found: Invoice) -> dict[int, str]:
    return dict(found.faults)


def test_columns_are_recognised_and_lines_of_a_day_and_model_are_one_matter() -> None:
    found = read((HEADER + "2026-11-03,large,100,10,5,1.25,USD\n2026-11-03,large,1,0,0,0.5,\n").encode(), Asked())
    its = found.billed[LARGE]
    assert (its.amount, its.input, its.output, its.cached, its.lines) == (Decimal("1.75"), 101, 10, 5, [2, 3])
    assert its.step == Decimal("0.010")
    assert found.words["amount"] == "amount"


def test_lines_that_stand_there_twice_are_noted_with_what_they_ask_for() -> None:
    line = "2026-11-03,large,100,10,5,1.25,USD\n"
    its = read((HEADER + line + "2026-11-03,large,100,10,5,1.25,\n" + 2 * line).encode(), Asked()).billed[LARGE]
    assert (its.amount, its.count) == (Decimal("5.00"), 4)
    assert its.again == Again(Decimal("2.50"), 200, 20, 10, [4, 5])
    assert read((HEADER + line).encode(), Asked()).billed[LARGE].again is None


def test_other_words_other_signs_and_an_alias() -> None:
    header = "\ufeffUsage Date;Model Name;Prompt Tokens;Completion Tokens;Cost (USD)\r\n"
    text = header + "2026/11/03;gpt-l;1,000,000;7;$1,234.50\r\n"
    found = read(text.encode(), Asked(named={"amount": "cost (usd)"}, aliases={"gpt-l": "large"}))
    assert (found.billed[LARGE].amount, found.billed[LARGE].input) == (Decimal("1234.50"), 1_000_000)
    assert found.billed[LARGE].called == "gpt-l"
    assert (found.with_tokens, found.with_cached) == (True, False)


@pytest.mark.parametrize(
    ("separator", "amount", "read_as"),
    [
        (",", '"1,250"', "1250"),
        (",", '"0,123"', "0.123"),
        (",", '"1,25"', "1.25"),
        (";", "0,123", "0.123"),
        (";", "1,25", "1.25"),
        (";", "1.234,56", "1234.56"),
        (";", "1.234.567", "1234567"),
        ("\t", "1250,5", "1250.5"),
        (";", "1,250", "may group thousands or not"),
        (";", "1.250", "may group thousands or not"),
        (";", "0.250", "0.250"),
        (";", ",", "the amount is no number"),
        ("\t", "12,250", "may group thousands or not"),
        (";", "12.25", "12.25"),
        (",", "0E-6176", "0"),
        (",", "1E-25", "decimal places"),
        (",", "1E9999", "too large"),
    ],
)
def test_a_comma_is_what_it_can_only_be_or_the_line_is_refused(separator: str, amount: str, read_as: str) -> None:
    lines = (("date", "model", "amount"), ("2026-11-03", "large", amount))
    found = read("\n".join(separator.join(line) for line in lines).encode(), Asked())
    if found.faults:
        assert read_as in reasons(found)[2]
    else:
        assert found.billed[LARGE].amount == Decimal(read_as)


@pytest.mark.parametrize(
    ("other", "said", "read_as"),
    [
        ("12,25", "1.250", 1250),
        ("12,25", "1,250", "1.25"),
        ("12.25", "1.250", "1.25"),
        ("12.25", "1,250", 1250),
        ("$1,234,567", "1.250", "1.25"),
        ("1.234.567", "1.250", 1250),
        ("7", "1.250", None),
    ],
)
def test_what_may_be_either_is_what_the_rest_of_the_file_says(other: str, said: str, read_as: Any) -> None:
    text = f"date;model;amount\n2026-11-03;large;{said}\n2026-11-03;small;{other}\n"
    found = read(text.encode(), Asked())
    if read_as is None:
        assert "which nothing else here tells" in reasons(found)[2]
    else:
        assert found.billed[LARGE].amount == Decimal(read_as)
    tokens = f"date;model;input_tokens;output_tokens;amount\n2026-11-03;large;1.250;1;{other}\n"
    its = read(tokens.encode(), Asked()).billed.get(LARGE)
    assert (its.input if its else None) == (1250 if other in ("12,25", "1.234.567") else None)


@pytest.mark.parametrize(
    ("other", "said", "read_as"),
    [("12,25", "1,250", "1.25"), ("0,5", "1.250", "1250"), ("7", "1,250", "1250"), ("12.25", "1,250", "1250")],
)
def test_by_commas_too_it_is_the_file_that_says_what_a_quoted_comma_is(other: str, said: str, read_as: str) -> None:
    text = f'date,model,amount\n2026-11-03,large,"{said}"\n2026-11-03,small,"{other}"\n'
    found = read(text.encode(), Asked())
    assert (found.billed[LARGE].amount, found.refused) == (Decimal(read_as), 0)


def test_a_file_by_commas_that_contradicts_itself_makes_no_thousands() -> None:
    text = b'date,model,amount\n2026-11-03,large,"1,250"\n2026-11-03,small,"12,25"\n2026-11-03,small,12.25\n'
    assert list(reasons(read(text, Asked()))) == [2]


def test_a_file_that_contradicts_itself_tells_nothing() -> None:
    text = b"date;model;amount\n2026-11-03;large;1.250\n2026-11-03;small;12,25\n2026-11-03;small;12.25\n"
    assert list(reasons(read(text, Asked()))) == [2]


def test_tokens_grouped_by_points_are_not_taken_for_a_thousandth() -> None:
    found = read(b"date;model;input_tokens;output_tokens;amount\n2026-11-03;large;1.000;1;1\n", Asked())
    assert "may group thousands or not" in reasons(found)[2]


@pytest.mark.parametrize(("amount", "tokens"), [("12.25", "125.000"), ("12,25", "125,000")])
def test_amounts_do_not_tell_that_a_tokens_sign_is_of_decimal_places(amount: str, tokens: str) -> None:
    text = f"date;model;input_tokens;output_tokens;amount\n2026-11-03;large;{tokens};1;{amount}\n"
    assert "may group thousands or not" in reasons(read(text.encode(), Asked()))[2]


def test_one_step_holds_for_the_whole_file_and_none_for_zeros() -> None:
    text = b"date,model,amount\n2026-11-03,large,0\n2026-11-03,small,12\n2026-11-03,other,1.234567\n"
    steps = {key.model: its.step for key, its in read(text, Asked()).billed.items()}
    assert steps == {"large": Decimal(0), "small": Decimal("5E-7"), "other": Decimal("5E-7")}


@pytest.mark.parametrize(
    "said", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00", "1999-12-31", "2101-01-01", "0001-01-01"]
)
def test_a_year_out_of_all_bounds_is_a_line_that_cannot_be_read(said: str) -> None:
    found = read(f"date,model,amount\n{said},large,1\n".encode(), Asked())
    assert "the date's year lies outside 2000 to 2100" in reasons(found)[2]


@pytest.mark.parametrize("date_format", ["%d.%m.%Y %d", "%Q", "%"])
def test_a_format_by_which_no_date_can_be_read_is_refused(date_format: str) -> None:
    with pytest.raises(RefusedError, match="date_format"):
        read(b"date,model,amount\n2026-11-03,large,1\n", Asked(date_format=date_format))


def test_days_of_models_are_bounded() -> None:
    lines = "".join(f"2026-11-03,model-{n},1\n" for n in range(reading.MOST_ITEMS + 1))
    with pytest.raises(RefusedError, match="days of a model"):
        read(("date,model,amount\n" + lines).encode(), Asked())


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-11-03T23:30:00-02:00", date(2026, 11, 4)),
        ("2026-11-03T10:00:00Z", DAY),
        ("2026-11-04T05:29:59+05:30", DAY),
        ("2026-11-04T05:30:00+05:30", date(2026, 11, 4)),
        ("2026-11-03 20:30:00-03:30", date(2026, 11, 4)),
        ("20261103", DAY),
    ],
)
def test_a_time_with_a_zone_is_of_its_day_by_utc(said: str, day: date) -> None:
    found = read(f"date,model,amount\n{said},large,1\n".encode(), Asked())
    assert list(found.billed) == [Key(day, "large")]


def test_a_format_with_a_zone_of_half_an_hour_is_read_by_utc() -> None:
    text = b"date,model,amount\n04.11.2026 05:00 +0530,large,1\n"
    assert list(read(text, Asked(date_format="%d.%m.%Y %H:%M %z")).billed) == [LARGE]


def test_a_date_of_another_form_is_read_where_that_is_said() -> None:
    text = b"date,model,amount\n03.11.2026,large,1\n"
    assert list(read(text, Asked(date_format="%d.%m.%Y")).billed) == [LARGE]
    assert "date_format" in reasons(read(text, Asked()))[2]


def test_cached_tokens_that_stand_apart_are_added_to_the_input() -> None:
    text = (HEADER + "2026-11-03,large,100,10,40,1,USD\n").encode()
    assert read(text, Asked(apart=True)).billed[LARGE].input == 140
    assert read(text, Asked()).billed[LARGE].input == 100


def test_broken_lines_are_named_and_the_others_count() -> None:
    broken = {
        3: ("2026-11-03,large,1,1,0,NaN,USD", "the amount is no number"),
        4: ("2026-11-03,large,1,1,0,-2,USD", "the amount is negative"),
        5: ("2026-11-03,large,1.5,1,0,2,USD", "no whole number"),
        6: ("2026-11-03,large,-1,1,0,2,USD", "input tokens is negative"),
        7: ("soon,large,1,1,0,2,USD", "the date is none"),
        8: ("2026-11-03,,1,1,0,2,USD", "the model has no name"),
        9: ("2026-11-03,large,1,1,0,2,EUR", "not USD"),
        10: ("2026-11-03,large,1,1,0", "it has 5 fields, and the header 7"),
        11: ("2026-11-03,large,1,1,9,2,USD", "more cached tokens than input"),
        12: ("2026-11-03,large,1,1,0,1e99,USD", "too large"),
        13: ("2026-11-03,large,1,1,0,Infinity,USD", "the amount is no number"),
        14: ("2026-13-03,large,1,1,0,2,USD", "the date is none"),
        15: ('2026-11-03,"large"x,1,1,0,2,USD', "look at its quotes"),
        16: ('2026-11-03,"large,1,1,0,2,USD', "nothing below it was read"),
    }
    good = "2026-11-03,large,1,1,0,2,USD\n"
    found = read((HEADER + good + "".join(f"{line}\n" for line, _ in broken.values())).encode(), Asked())
    assert (found.lines, found.refused, found.billed[LARGE].amount) == (15, 14, Decimal(2))
    for number, (line, reason) in broken.items():
        assert reason in reasons(found)[number]
        assert line.partition(",")[2] not in reasons(found)[number]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty-invoice"),
        (b"  \n\n", "empty-invoice"),
        (HEADER.encode(), "empty-invoice"),
        ("date,model,amount\n2026-11-03,größe,1\n".encode("latin-1"), "wrong-encoding"),
        ("date,model,amount\n2026-11-03,large,1\n".encode("utf-16"), "wrong-encoding"),
        ("date,model,amount\n2026-11-03,large,1\n".encode("utf-16-le"), "wrong-encoding"),
        (b"when,who,how much\n1,2,3\n", "missing-column"),
        (b"date,model,amount\n" + b"2026-11-03,large,1\n" * (MOST_LINES + 1), "long-invoice"),
    ],
)
def test_what_is_no_invoice_is_refused_each_with_its_own_error(body: bytes, kind: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(body, Asked())
    assert refused.value.type == kind


def test_a_column_that_is_named_and_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(RefusedError, match=r"no column 'Price' for amount; the file has 'date', 'model', 'amount'"):
        read(b"date,model,amount\n2026-11-03,large,1\n", Asked(named={"amount": "Price"}))


def test_a_unit_price_and_a_total_of_tokens_are_no_amount() -> None:
    found = read(b"date,model,price,total_cost\n2026-11-03,large,0.002,8\n", Asked())
    assert (found.words["amount"], found.billed[LARGE].amount) == ("total_cost", Decimal(8))
    with pytest.raises(RefusedError, match="recognised for amount"):
        read(b"date,model,price,total\n2026-11-03,large,0.002,8000\n", Asked())


@pytest.mark.parametrize(
    "name", ["Cost (EUR)", "amount_gbp", "costEur", "Cost \u20ac", "Cost (C$)", "Kosten in Euro", "\u00a5"]
)
def test_an_amount_in_another_currency_is_refused(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(f"date,model,{name}\n2026-11-03,large,1\n".encode(), Asked(named={"amount": name}))
    assert refused.value.type == "wrong-currency"


@pytest.mark.parametrize("name", ["Cost (USD)", "Cost ($)", "cost in US$", "Amount $"])
def test_an_amount_in_ours_is_not(name: str) -> None:
    assert read(f"date,model,{name}\n2026-11-03,large,1\n".encode(), Asked(named={"amount": name})).billed


def test_a_recognised_name_with_another_sign_is_refused_too() -> None:
    with pytest.raises(RefusedError, match="another currency"):
        read("date,model,Cost \u20ac\n2026-11-03,large,1\n".encode(), Asked())


def test_names_of_other_scripts_are_told_apart() -> None:
    date_, model, cost = "\u65e5\u4ed8", "\u6a21\u578b", "\u8d39\u7528"
    text = f"{cost},{date_},{model},---,+++\n2.5,2026-11-03,large,7,8\n".encode()
    found = read(text, Asked(named={"date": date_, "model": model, "amount": cost}))
    assert found.billed[LARGE].amount == Decimal("2.5")
    named = {"date": date_, "model": model, "amount": cost}
    assert read(text, Asked(named=named | {"input": "+++", "output": "---"})).billed[LARGE].input == 8  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match=r"no column '\?\?' for amount"):
        read(text, Asked(named={"date": date_, "model": model, "amount": "??"}))


def test_the_errors_that_a_worker_raises_come_through() -> None:
    import pickle

    for kind in (reading.WrongEncodingError, reading.EmptyInvoiceError, reading.LongInvoiceError):
        again = pickle.loads(pickle.dumps(kind("a sentence")))  # noqa: S301  our own
        assert (type(again), again.detail) == (kind, "a sentence")
