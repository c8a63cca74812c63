import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.checking.beside import Neighbours
from ratchet_router.checking.lengths import sentence_starts
from ratchet_router.checking.numbers import numbers
from tests.unit.router.checking.subjects import failed, subject, warned

ACCOUNTS = """Revenue was $4.2 million in 2024 and $5.0 million in 2025. The margin rose from 17.4% to 20.15%.
(in thousands) | 2025 | 2024
Costs | 3,415 | 3,120
Staff | 84 | 61
At the end of the year 17 contracts and 12 licences were open; rent is $900 a month."""


@pytest.mark.parametrize(
    "answer",
    [
        "Revenue grew from $4.2 million to $5.0 million, up 19%.",
        "Revenue grew by 19.05 % from $4.2 million in 2024 to $5.0 million in 2025.",
        "Revenue was $5.0 million, against $4.2 million a year before. That is $0.8 million or $800,000 more.",
        "Costs rose from 3,120 to 3,415, by 295.",
        "Costs rose from 3.1 to 3.4 million, by 9.5%.",
        "The margin rose from 17.4% to 20.15%, by 2.75 percentage points.",
        "The staff grew from 61 to 84, which is 1.4 times as many.",
        "With 17 contracts and 12 licences there are 29 agreements.",
        "Of 84 people 61 were there before, 72.6%.",
    ],
)
def test_a_figure_that_follows_from_two_that_are_told_with_it_is_said_to(answer: str) -> None:
    finding = numbers(subject(answer, document=ACCOUNTS))
    assert finding is not None
    assert "follow from others" in finding.detail
    assert not finding.serious


@pytest.mark.parametrize(
    "answer",
    [
        "Revenue was up 19% to $5.0 million.",
        "Revenue of $4.2 million rose by $0.8 million.",
        "The margin rose by 2.75 points to 20.15%.",
        "Costs came to 3,415, up by 9.5%.",
        "- Revenue: $5.0 million.\n- Growth: 19%",
    ],
)
def test_one_of_the_two_may_stand_beside_the_other_in_the_document_alone(answer: str) -> None:
    assert numbers(subject(answer, document=ACCOUNTS)) != numbers(subject(answer, document="5.0 4.2 3,415 20.15"))
    assert not failed(subject(answer, document=ACCOUNTS))
    assert "numbers" in warned(subject(answer, document=ACCOUNTS))


@pytest.mark.parametrize(
    "answer",
    [
        "Revenue grew from $4.2 million to $5.0 million, up 23%.",
        "Revenue grew from $4.2 million to $5.0 million, up 19.2%.",
        "Revenue was up 23% to $5.0 million.",
        "Revenue rose by 19%.",
        "Costs rose from 3,120 to 3,415, by 395.",
        "The margin rose from 17.4% to 20.15%, by 3.75 percentage points.",
        "The staff grew from 61 to 84, which is 1.8 times as many.",
        "With 17 contracts and 12 licences there are 31 agreements.",
        "In 2024 and 2025 there were 4049 of them.",
        "Revenue was $5.0 million. It went well. Costs were high. All told it was 19% more.",
    ],
)
def test_a_made_up_figure_fails_beside_true_ones(answer: str) -> None:
    assert failed(subject(answer, document=ACCOUNTS)) == {"numbers"}


def test_a_percentage_is_no_amount_and_money_is_no_count() -> None:
    assert failed(subject("Of 84 people 61 came: 23%.", document=ACCOUNTS)) == {"numbers"}
    assert failed(subject("We had 84 in May and 61 in June, $145 in all.", document="84, 61")) == set()
    assert failed(subject("We pay $900 and ¥84, $984.", document="$900 and ¥84")) == {"numbers"}


def test_a_finding_tells_what_is_missing_from_what_follows() -> None:
    finding = numbers(subject("From 61 to 84 people, by 23, not by 777.", document=ACCOUNTS))
    assert finding is not None
    assert finding.serious
    assert finding.detail == (
        "1 of 4 figures that were looked up are not in what was given (at 36). "
        "1 of 4 figures that were looked up follow from others that are in what was given (at 25)."
    )


def test_only_the_nearest_figures_are_tried() -> None:
    others = ", ".join(str(number) for number in range(101, 115, 2))
    document = f"17 and 900; {others}"
    assert not failed(subject("There were 17 of 900, so 883 remain.", document=document))
    assert failed(subject(f"There were 17 of 900, then {others}, so 883 remain.", document=document))


@given(st.integers(13, 10**6), st.integers(13, 10**6))
def test_every_change_between_two_figures_may_be_told(one: int, other: int) -> None:
    told = f"It went from {one:,} to {other:,}: by {abs(one - other):,} or {100 * abs(one - other) / one:.1f}%."
    finding = numbers(subject(told, document=f"{one} | {other}"))
    assert finding is None or not finding.serious


def test_what_stands_beside_a_figure_is_in_its_line_or_sentence() -> None:
    beside = Neighbours("Sales | 10 | 20 | 30 | 40\nStaff | 50\nThere were 60. Of 70 in 2024 none came.")
    assert list(beside.of(10.0, percent=False)) == [20, 30]
    assert list(beside.of(40.0, percent=False)) == [20, 30]
    assert list(beside.of(50.0, percent=False)) == []
    assert list(beside.of(70.0, percent=False)) == []


def test_sentences_and_lines_begin_where_others_end() -> None:
    text = "Dr. Baker paid 3.5 million. It was much!\n- a list\nNo."
    assert [text[start : start + 3].strip() for start in sentence_starts(text)] == ["Dr.", "It", "- a", "No."]


def test_a_text_of_nothing_but_stops_is_read_once() -> None:
    assert sentence_starts("." * 200_000 + "x") == [0]
