import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.quantities import Quantity, quantity, same_quantity


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,234.50", 1234.5),
        ("$ 1,234", 1234),
        ("(1,234)", -1234),
        ("$(12.5)", -12.5),
        ("(-3)", -3),
        ("\u22123", -3),
        ("1.234,5", 1234.5),
        ("1\u00a0234,56", 1234.56),
        ("3,5", 3.5),
        ("EUR 20", 20),
        ("20 usd.", 20),
        ("1'000", 1000),
        (".5", 0.5),
        ("1e3", 1000),
        (7, 7),
        (7.25, 7.25),
    ],
)
def test_numbers_as_people_write_them(written: object, value: float) -> None:
    assert quantity(written) == Quantity(value)


@pytest.mark.parametrize("written", ["12 %", "12%", "( -12 % )", "(12)%"])
def test_a_percent_sign_is_remembered(written: str) -> None:
    found = quantity(written)
    assert found is not None
    assert found.percent
    assert abs(found.value) == 12


@pytest.mark.parametrize(
    "text",
    ["", "(5", "5)", "1,23,4", "five", "4 apples", "1-2", "3.1.4", "9" * 65, "1e999", "nan", "inf"],
)
def test_texts_that_are_no_number(text: str) -> None:
    assert quantity(text) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("$1.2bn", "€1.2bn", False),
        ("USD 5", "EUR 5", False),
        ("$5", "CAD 5", True),
        ("USD 5", "CAD 5", False),
        ("US$ 5", "CAD 5", False),
        ("€5", "5 eur", True),
        ("€5", "5", True),
        ("¥5", "CNY 5", True),
    ],
)
def test_another_currency_is_another_sum(one: str, other: str, same: bool) -> None:
    left, right = quantity(one), quantity(other)
    assert left is not None
    assert right is not None
    assert same_quantity(left, right) is same_quantity(right, left) is same


@pytest.mark.parametrize("thing", [True, None, [1], float("nan"), float("inf"), 10**400])
def test_things_that_are_no_finite_number(thing: object) -> None:
    assert quantity(thing) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12.34", "12.3", True),
        ("12.34", "12.2", False),
        ("12%", "0.12", True),
        ("12%", "12", True),
        ("12%", "0.12%", False),
        ("(3)", "3", False),
        ("0", "0.0", True),
        ("0", "0.01", False),
    ],
)
def test_numbers_are_the_same_within_the_tolerance(one: str, other: str, same: bool) -> None:
    left, right = quantity(one), quantity(other)
    assert left is not None
    assert right is not None
    assert same_quantity(left, right) is same_quantity(right, left) is same


@given(st.text(max_size=70) | st.text("0123456789.,'() -+%$e", max_size=20))
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    found = quantity(text)
    assert found is None or abs(found.value) < float("inf")


@given(st.floats(-1e12, 1e12).map(lambda value: round(value, 2)))
def test_a_formatted_number_is_read_back(value: float) -> None:
    assert quantity(f"{value:,.2f}") == Quantity(value)
