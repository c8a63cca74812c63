import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.figures import Figure, figures_answered, figures_covered, figures_in, same_figure
from ratchet_scoring.quantities import Quantity, quantity


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1,234.5", 1234.5, ""),
        ("(12)", -12, ""),
        ("$3.2 million", 3.2e6, "USD"),
        ("US$ 5 thousand", 5e3, "USD"),
        ("$(1.5) million", -1.5e6, "USD"),
        ("(12 %)", -0.12, "share"),
        ("12 percent", 0.12, "share"),
        ("20 bps", 0.002, "bps"),
        ("5 percentage points", 0.05, "points"),
        ("\u20135 %", -0.05, "share"),
        ("1.234.567 €", 1234567, "EUR"),
        ("12,34,567", 1234567, ""),
        ("1,5 Mrd. €", 1.5e9, "EUR"),
        ("₹5 lakh", 5e5, "INR"),
        ("3\u00bd", 3.5, ""),
        ("1.2 \u00d7 10\u2079", 1.2e9, ""),
        ("1.2 x 10^9", 1.2e9, ""),
        ("5.2\u00b9", 5.2, ""),
        ("\u0663\u066b\u0665", 3.5, ""),
        ("70 °F", 70, "fahrenheit"),
        ("4.8bn", 4.8e9, ""),
        ("€4.8bn", 4.8e9, "EUR"),
        ("EUR 1.234,5", 1234.5, "EUR"),
        ("3.5 kg", 3.5, "mass"),
        ("90 min", 5400, "time"),
        ("a 10-year plan", 120, "months"),
        ("a loss of -$5", -5, "USD"),
    ],
)
def test_a_figure_has_its_scale_and_its_unit(text: str, value: float, kind: str) -> None:
    (found,) = figures_in(text)
    assert found.value == pytest.approx(value)
    assert found.kind == kind


def test_in_prose_a_bare_number_in_parentheses_is_not_below_zero() -> None:
    assert [figure.value for figure in figures_in("In 2022 (2021) it lost (1,234).")] == [2022, 2021, -1234]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("between 3-5 days", [3, 5 * 86_400]),
        ("2019\u20132021", [2019, 2021]),
        ("2024-01-05", [20240105, 2024]),
        ("on 5 January 2024 and Feb. 3rd, 2023", [20240105, 2024, 20230203, 2023]),
        ("2024-13-45", [2024, 13, 45]),
    ],
)
def test_what_stands_after_a_hyphen_is_a_figure_and_a_day_is_one(text: str, values: list[float]) -> None:
    assert [figure.value for figure in figures_in(text)] == values


def test_an_aside_in_parentheses_is_a_loss_or_none() -> None:
    (aside,) = figures_in("The rate (5.2 %) is new.")
    assert all(same_figure(aside, figures_in(told)[0]) for told in ("5.2 %", "(5.2 %)", "-5.2 %"))
    assert not same_figure(figures_in("(5.2 %)")[0], figures_in("5.2 %")[0])


@pytest.mark.parametrize("text", ["Q3", "A4", "v1.2.3", "no number", "", "x86"])
def test_parts_of_names_are_no_figures(text: str) -> None:
    assert figures_in(text) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("$3.2 million", "3,200,000 USD", True),
        ("$3.2 million", "€3.2 million", False),
        ("$3.2 million", "3.2 million", True),
        ("12 %", "0.12", True),
        ("12 %", "12", True),
        ("120 bps", "1.2 %", True),
        ("90 min", "1.5 hours", True),
        ("90 min", "90", True),
        ("90 min", "90 km", False),
        ("50 bps", "0.5 percentage points", True),
        ("5 %", "5 percentage points", False),
        ("5 lbs", "5 kg", False),
        ("1 mile", "1.61 km", True),
        ("70 °F", "70 °C", False),
        ("January 5, 2024", "2024-01-05", True),
        ("2024-01-05", "2024-01-06", False),
        ("2 kg", "2,000 g", True),
        ("100", "100.4", True),
        ("100", "101", False),
        ("(3)", "3", False),
    ],
)
def test_figures_are_the_same_in_whatever_scale_and_unit(one: str, other: str, same: bool) -> None:
    left, right = figures_in(one)[0], figures_in(other)[0]
    assert same_figure(left, right) is same_figure(right, left) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("5 km", "5000 m", True),
        ("5 km", "5,000 metres", True),
        ("100 cm", "1 m", True),
        ("30 cm", "300 mm", True),
        ("1 m", "1000 mm", True),
        ("12 mm", "12 m", False),
        ("1.5 m", "1.5 metres", True),
        ("1.5m", "150 centimetres", True),
        ("6 ft", "72 in", True),
        ("72 in tall", "6 ft", True),
        ("2 mi", "3.22 km", True),
        ("1 litre", "1000 ml", True),
        ("75 cl", "0.75 l", True),
        ("2 m\u00b3", "2000 litres", True),
        ("2 m3", "2 million", False),
        ("12 m\u00b2", "12 million", False),
        ("3 km\u00b2", "300 hectares", True),
        ("12 m/s", "12 million", False),
        ("36 km/h", "10 m/s", True),
        ("36 km/h", "36 km", False),
        ("1 MW", "1000 kW", True),
        ("1.2 GW", "1200 megawatts", True),
        ("1 MW", "1 MWh", False),
        ("500 Wh", "0.5 kWh", True),
        ("5 l", "5 kg", False),
    ],
)
def test_lengths_volumes_power_and_energy_are_turned_into_each_other(one: str, other: str, same: bool) -> None:
    left, right = figures_in(one)[0], figures_in(other)[0]
    assert same_figure(left, right) is same_figure(right, left) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12 m", "12 million", True),
        ("12m", "12,000,000", True),
        ("revenue of 12 m", "12 million", True),
        ("12 mm", "12 million", True),
        ("12 m", "12 metres", True),
        ("12 m", "12m", True),
        ("12 m", "$12 million", True),
        ("$12m", "12 million", True),
        ("$12m", "12 m", True),
        ("$12m", "12 metres", False),
        ("12 metres", "12 million", False),
        ("12 m tall", "12 million", False),
        ("12 m tall", "12 metres", True),
        ("12 m tall", "1200 cm", True),
        ("12-m wall", "12 million", False),
        ("a height of 12 m", "12 million", False),
        ("length: 300 mm", "0.3 m", True),
        ("12 m wide", "12", True),
        ("12 m", "12", False),
        ("up 12 m from 10 m", "12 million", True),
        ("-12 m", "-12 metres", True),
        ("-12 m", "12 metres", False),
    ],
)
def test_m_is_a_million_or_metres_whichever_the_other_is(one: str, other: str, same: bool) -> None:
    left, right = figures_in(one)[0], figures_in(other)[0]
    assert same_figure(left, right) is same_figure(right, left) is same


@pytest.mark.parametrize("text", ["5 in 2022", "of 30 in all", "7 in the second half"])
def test_in_is_a_word_where_more_follows(text: str) -> None:
    assert figures_in(text)[0].kind == ""


@pytest.mark.parametrize(
    ("output", "target", "score"),
    [
        ("It has twelve rooms.", "12", 1),
        ("12", "twelve", 1),
        ("twenty-five percent", "25 %", 1),
        ("ninety minutes", "1.5 hours", 1),
        ("three million", "3,000,000", 1),
        ("one litre", "1000 ml", 1),
        ("1", "one", 1),
        ("One of them is 7.", "7", 1),
        ("two hundred", "2", 0),
        ("one hundred and two", "2", 0),
        ("$5m", "In the two years it was $5m.", 1),
        ("thirteen", "12", 0),
        ("7", "one of them", None),
        ("7", "two hundred", None),
    ],
)
def test_numbers_up_to_ninety_nine_may_be_words(output: str, target: str, score: float | None) -> None:
    assert figures_answered(output, target) == score


def test_a_wider_tolerance_is_the_callers_to_choose() -> None:
    assert not same_figure(Figure(100), Figure(103))
    assert same_figure(Figure(100), Figure(103), 0.05)


@pytest.mark.parametrize(
    ("output", "target", "covered"),
    [
        ("Revenue was $3.2 million in 2022.", "$3,200,000", 1),
        ("Revenue was $3.2 million.", "3.2 million in 2022", 0.5),
        ("It was 5.", "5 and 5", 0.5),
        ("None.", "7", 0),
        ("7", "no figure", None),
    ],
)
def test_the_share_of_the_references_figures_is_told(output: str, target: str, covered: float | None) -> None:
    assert figures_covered(output, target) == covered


@pytest.mark.parametrize(
    ("output", "target", "score"),
    [
        ("In 2023 it was 120 after 100 in 2022, a rise of 20 %.", "20 %", 1),
        ("; ".join(str(number) for number in range(1, 101)), "42", 0.05),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 10", "3 and 4", 1),
        ("1 to 20: 1 2 3 4 5 6 7 8 9 11 12 13 14 15 16 17 18 19", "30", 0),
        ("7", "no figure", None),
    ],
)
def test_an_answer_that_tells_every_number_settles_on_none(output: str, target: str, score: float | None) -> None:
    assert figures_answered(output, target) == score


@pytest.mark.parametrize(("text", "value"), [("$3.2 million", 3.2e6), ("4.8bn", 4.8e9), ("(2 thousand)", -2e3)])
def test_a_text_that_is_one_number_may_have_a_scale(text: str, value: float) -> None:
    found = quantity(text)
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(value)


@given(st.text(max_size=80) | st.text("0123456789.,'() -+%$ekmbn", max_size=40))
def test_any_text_has_finite_figures_and_covers_its_own(text: str) -> None:
    assert all(abs(figure.value) < float("inf") for figure in figures_in(text))
    assert figures_covered(text, text) in (1, None)


@pytest.mark.parametrize(
    ("output", "reference", "right"),
    [
        ("2021", "2023", 0.0),
        ("In 2021.", "2023", 0.0),
        ("Until May 2031", "2033", 0.0),
        ("2023", "2023", 1.0),
        ("In May 2023.", "2023", 1.0),
        ("2,021 million", "2,023 million", 1.0),  # amounts, within the tolerance
        ("2,021", "2,023", 1.0),
        ("2021.4", "2023", 1.0),
    ],
)
def test_years_are_the_same_or_not(output: str, reference: str, right: float) -> None:
    assert figures_answered(output, reference) == right
