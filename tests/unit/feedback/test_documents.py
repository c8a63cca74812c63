from datetime import timedelta

import pytest

from ratchet_feedback.answers import answer_of
from ratchet_feedback.store.documents import answer_document, answer_in, known_document
from tests.unit.feedback.said import NOW, prediction

WEEK = timedelta(days=7)
MINUTE = 1 / 24 / 60  # of a day
LEFT = 7 - MINUTE


@pytest.mark.parametrize(
    ("days", "counts_from", "kept_for"),
    [(-6, -6, 1), (-7, -LEFT, MINUTE), (-400, -LEFT, MINUTE), (0, 0, 7), (0.5, 0.5, 7), (1, 0, 7), (400, 0, 7)],
)
def test_an_answer_stays_for_a_week_from_when_it_was_given_and_never_for_more_than_from_now(
    days: float, counts_from: float, kept_for: float
) -> None:
    """Whether it is delivered again or its router has a wrong clock."""
    kept = answer_document(answer_of(prediction(occurred_at=NOW + timedelta(days=days))), WEEK, NOW)
    assert kept["at"] == NOW + timedelta(days=counts_from)
    assert kept["gone_at"] == NOW + timedelta(days=kept_for)


def test_what_is_known_of_an_answer_once_its_text_is_gone_holds_no_text() -> None:
    answer = answer_of(prediction(output="Ann is ill", reference="Ann is well", user="ann"))
    kept, known = answer_document(answer, WEEK, NOW), known_document(answer, 4 * WEEK, NOW)
    assert known.items() >= {name: kept[name] for name in ("_id", "tenant", "asker", "at")}.items()
    assert known["gone_at"] - kept["gone_at"] == 3 * WEEK
    assert b"Ann is" in kept["body"]
    assert b"Ann is" not in known["body"]
    assert answer_in(known).model == answer.model
