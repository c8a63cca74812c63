"""Which words of a conversation are looked for."""

import pytest

from ratchet_router.grounding.following_up import looked_for

SALES = "What were the net sales of Acme in 2023?"


@pytest.mark.parametrize(
    "last",
    ["And in 2024?", "Why?", "And Globex?", "How did it change?", "Und wie hoch war der Gewinn?", "¿Y en 2024?"],
)
def test_what_goes_on_is_looked_for_with_what_it_goes_on_from(last: str) -> None:
    assert looked_for(["Hello", SALES, last]) == f"{SALES}\n{last}"


@pytest.mark.parametrize(
    "last",
    [
        "Which risks did the steering committee raise in March?",
        "What is the rate of the lease?",
        "The supplier has written to us: it ends its contract with this plant in May, which tasks are open by then?",
    ],
)
def test_what_says_all_itself_is_looked_for_alone(last: str) -> None:
    assert looked_for([SALES, last]) == last


def test_how_far_back_it_goes_is_bounded() -> None:
    assert (
        looked_for([SALES, "Why?", "And in 2024?", "And its costs?"]) == f"{SALES}\nWhy?\nAnd in 2024?\nAnd its costs?"
    )
    assert looked_for([SALES, *["Why?"] * 5]) == "\n".join(["Why?"] * 4)
    assert looked_for(["Why?"]) == "Why?"


@pytest.mark.parametrize(
    "question",
    [
        "Is it true that Branwick Foods has debt?",
        "Which documents say that employees of Branwick left?",
        "O'Brien's salary as chairman?",
    ],
)
def test_that_before_what_is_told_and_a_name_such_as_obrien_point_to_nothing(question: str) -> None:
    assert looked_for(["What was Voltarin's revenue in 2024?", question]) == question
