import math
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from ratchet_feedback.issues import SUGGESTIONS, Issue
from ratchet_feedback.said import LARGEST_CORRECTIONS
from ratchet_feedback.submission import FeedbackSubmission


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
        ({"stars": True}, "stars"),
        ({"cells": [{"row": True, "column": 1, "value": 1}]}, "cells"),
        ({"corrections": {"value": math.nan}}, "corrections"),
        ({"corrections": {"value": 10**400}}, "corrections"),
        ({"corrections": {"deep": [[["x"]]]}}, "corrections"),
        ({"stars": 6}, "stars"),
        ({"smileys": 5}, "smileys"),
        ({"cells": [{"row": 0, "column": 1, "value": 2}]}, "cells"),
        ({"reference": "x" * (LARGEST_CORRECTIONS + 1)}, "reference"),
        ({"edited_to": ""}, "edited_to"),
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


@pytest.mark.parametrize(
    ("fields", "rating", "stars", "spoken"),
    [
        ({"rating": "positive"}, "positive", None, True),
        ({"stars": 5}, "positive", 5, True),
        ({"stars": 3}, "neutral", 3, True),
        ({"stars": 1, "signal": "copied"}, "negative", 1, True),
        ({"signal": "copied"}, "positive", None, False),
        ({"signal": "regenerated"}, "negative", None, False),
        ({"edited_to": "Better."}, None, None, True),
        ({"comments": "Hm."}, None, None, True),
        ({"comments": "Hm.", "rating": "neutral"}, "neutral", None, True),
        ({"comments": "Hm.", "signal": "discarded"}, None, None, True),
        ({"corrections": {"output": "Better."}}, None, None, True),
        ({"cells": [{"row": 1, "column": 1, "value": 2}]}, None, None, True),
        ({"reference": 12.5}, None, None, True),
        ({"reference": []}, None, None, True),
        ({"reference": 0, "signal": "copied"}, None, None, True),
        ({"specific_issues": ["too_long"]}, "negative", None, True),
        ({"specific_issues": ["too_long"], "rating": "positive"}, "positive", None, True),
    ],
)
def test_a_rating_follows_from_whatever_was_said(
    fields: dict[str, Any], rating: str | None, stars: int | None, spoken: bool
) -> None:
    said = FeedbackSubmission.model_validate({"result_id": str(uuid4())} | fields).feedback("acme", uuid4(), "ann")
    assert (said.rating, said.stars, said.spoken) == (rating, stars, spoken)


def test_what_it_was_edited_to_corrects_the_whole_answer() -> None:
    said = FeedbackSubmission.model_validate({"result_id": str(uuid4()), "edited_to": "Better."})
    assert said.feedback("acme", uuid4(), "ann").corrections == {"output": "Better."}
    assert said.feedback("acme", uuid4(), "ann").signal == "edited"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "it says nothing"),
        ({"comments": "", "specific_issues": []}, "it says nothing"),
        ({"rating": "negative", "stars": 5}, "contradict each other"),
        ({"edited_to": "x", "signal": "copied"}, "edited_to goes with the signal edited"),
        ({"edited_to": "x", "corrections": {"output": "y"}}, "give one"),
        ({"corrections": {str(n): "x" * 2000 for n in range(LARGEST_CORRECTIONS // 2000 + 1)}}, "together may take"),
        ({"edited_to": "x" * 40_000, "reference": "y" * 40_000}, "together may take"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        FeedbackSubmission.model_validate({"result_id": str(uuid4())} | fields)


def test_a_comment_of_blanks_is_none() -> None:
    assert FeedbackSubmission.model_validate(body(comments=" \n\t")).comments == ""
    with pytest.raises(ValidationError, match="it says nothing"):
        FeedbackSubmission.model_validate({"result_id": str(uuid4()), "comments": "  "})
