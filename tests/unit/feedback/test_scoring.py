from typing import Any

import pytest

from ratchet_feedback.scoring import Rating, score


@pytest.mark.parametrize(("rating", "value"), [("positive", 1.0), ("neutral", 0.5), ("negative", 0.0)])
def test_a_rating_alone_is_the_score(rating: str, value: float) -> None:
    assert score(Rating(rating), {}, task_type="summary", output="We ship on Monday.") == (value, "rating")


@pytest.mark.parametrize(
    ("task", "output", "corrections", "value"),
    [
        ("classification", "spam", {"label": "Spam"}, 1.0),
        ("classification", "spam", {"label": "ham"}, 0.0),
        ("action_items", "- Call the bank\n- Ship it", {"items": ["Ship it"]}, pytest.approx(2 / 3)),
        ("qa", "$1,234.50", {"answer": 1234.5}, 1.0),
        ("summary", "We ship on Monday.", {"summary": "We ship on Friday."}, pytest.approx(0.75)),
    ],
)
def test_a_correction_outranks_the_rating(task: str, output: str, corrections: dict[str, Any], value: float) -> None:
    assert score(Rating.NEGATIVE, corrections, task_type=task, output=output) == (value, "correction")


def test_a_reference_outranks_a_correction() -> None:
    said = score(Rating.NEGATIVE, {"label": "ham"}, task_type="classification", output="spam", reference="spam")
    assert said == (1.0, "reference")


@pytest.mark.parametrize("output", [None, "We ship on Monday."])
def test_a_correction_of_a_part_and_an_answer_without_text_leave_the_rating(output: str | None) -> None:
    corrections = {"owner": "QA"} if output else {"summary": "We ship on Friday."}
    assert score(Rating.POSITIVE, corrections, task_type="summary", output=output) == (1.0, "rating")
