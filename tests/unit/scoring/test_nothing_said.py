"""An answer that says that there is none."""

import pytest

from ratchet_scoring.nothing_said import says_nothing


@pytest.mark.parametrize(
    "output",
    [
        "The text does not say.",
        "the texts do not say",
        "Not found in your documents.",
        "The text does not say what the rent was in 2031.",
        "The passages do not say whether smoking is allowed.",
        "**The text does not say.**",
    ],
)
def test_it_may_say_what_there_is_no_answer_to(output: str) -> None:
    assert says_nothing(output)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "Not found guilty.",
        "The text does not say what the rent was, but it is 4,250 euros now.",
        "The text does not say who signed. The rent is 4,250 euros.",
        'The text does not say what it costs ["the rent is 4,250 euros"].',
        "The text does not say a word of it to the tenants of 2031.",
    ],
)
def test_what_answers_a_part_is_an_answer(output: str) -> None:
    assert not says_nothing(output)
