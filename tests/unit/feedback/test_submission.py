import math
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from ratchet_feedback.bodies import LARGEST_CORRECTIONS, FeedbackSubmission
from ratchet_feedback.issues import SUGGESTIONS, Issue


def body(**fields: Any) -> dict[str, Any]:
    return {"result_id": str(uuid4()), "rating": "negative"} | fields


@pytest.mark.parametrize(
    "corrections",
    [
        {"summary": "We ship on Friday."},
        {"items": ["Ship it", {"task": "Call the bank", "owner": None}]},
        {"label": "ham"},
        {"value": 12.5, "urgent": True, "a.b": 3, "$set": 0},
    ],
)
def test_corrections_are_texts_lists_labels_and_numbers(corrections: dict[str, Any]) -> None:
    assert FeedbackSubmission.model_validate(body(corrections=corrections)).corrections == corrections


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"rating": "bad"}, "rating"),
        ({"result_id": "1"}, "result_id"),
        ({"user_id": "a\0b"}, "user_id"),
        ({"comments": "x" * 10_001}, "comments"),
        ({"comments": "\ud800"}, "comments"),
        ({"corrections": {"value": math.nan}}, "corrections"),
        ({"corrections": {"value": 10**400}}, "corrections"),
        ({"corrections": {"deep": [[["x"]]]}}, "corrections"),
        ({"corrections": {str(n): "x" * 2000 for n in range(LARGEST_CORRECTIONS // 2000 + 1)}}, "corrections"),
        ({"stars": 5}, "stars"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FeedbackSubmission.model_validate(body(**fields))
    assert {error["loc"][0] for error in refused.value.errors()} == {where}


def test_an_unknown_issue_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match=r"there is no issue too_blue; known are .*too_long"):
        FeedbackSubmission.model_validate(body(specific_issues=["too_long", "too_blue"]))


def test_what_is_no_name_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        FeedbackSubmission.model_validate(body(specific_issues=["Ann's secret"]))
    assert "secret" not in refused.value.errors()[0]["msg"]


def test_every_issue_has_a_suggestion() -> None:
    assert set(SUGGESTIONS) == set(Issue)
