"""When two answers to one question say the same: the shorter stands in the longer, and is what that answers."""

import pytest

from ratchet_router.grounding.comparing import Weighed, better, confirms

HOW_MANY = "How many employees are in the Storage division of Ferrowatt?"
ROW = "Storage | Spain | 345 [1]"


@pytest.mark.parametrize(
    ("question", "said", "other", "same"),
    [
        (HOW_MANY, "Spain", ROW, False),
        (HOW_MANY, "Storage", ROW, False),
        (HOW_MANY, "345", ROW, True),
        (HOW_MANY, "345", "Storage | 345 | 512", False),
        (HOW_MANY, "345", "Storage | 2024 | 345", True),
        (HOW_MANY, "512", "It has 345 employees, 512 with part-timers.", False),
        (HOW_MANY, "Spain", "It is in Spain.", False),
        ("Where is the Storage division?", "Spain", "The Storage division is in Spain.", True),
        ("Where is the Storage division?", "Storage", "The Storage division is in Spain.", False),
        ("Where is the Storage division?", "Spain", ROW, False),
        ("Why did revenue fall?", "lower demand in Europe", "Revenue fell on lower demand in Europe.", True),
        ("Until when does the lease run?", "2031", "The lease runs until 2031 [1].", True),
        ("Until when does the lease run?", "2026", "The lease runs until 2031, and began in 2026.", False),
        ("Is it renewed?", "No", "No.", True),
    ],
)
def test_a_word_that_happens_to_stand_in_the_other_answer_confirms_nothing(
    question: str, said: str, other: str, *, same: bool
) -> None:
    assert confirms(Weighed(said, probability=0.4), Weighed(other), question) is same


def test_what_is_given_no_chance_at_all_agrees_with_nothing() -> None:
    reader, base = Weighed("345", probability=0.0), Weighed(ROW)
    assert not confirms(reader, base, HOW_MANY)
    assert not confirms(reader._replace(probability=None, number=0.0), base, HOW_MANY)
    assert better(base, reader, 0.7, HOW_MANY)
