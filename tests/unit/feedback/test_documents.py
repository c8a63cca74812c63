from datetime import timedelta

import pytest

from ratchet_feedback.answers import answer_of
from ratchet_feedback.store.documents import answer_document
from tests.unit.feedback.said import NOW, prediction

WEEK = timedelta(days=7)


@pytest.mark.parametrize(("days", "counts_from"), [(-6, -6), (0, 0), (-7, 0), (-400, 0), (1, 0), (400, 0)])
def test_an_answer_is_gone_in_time_whatever_clock_its_router_has(days: int, counts_from: int) -> None:
    answer = answer_of(prediction(occurred_at=NOW + timedelta(days=days)))
    assert answer_document(answer, NOW - WEEK, NOW)["at"] == NOW + timedelta(days=counts_from)
