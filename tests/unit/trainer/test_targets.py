from typing import Any
from uuid import uuid4

import pytest

from ratchet_common.events import FeedbackJoined
from ratchet_trainer.collecting.targets import Reason, Target, may_be_reference, shaped, target_of


def said(**fields: Any) -> FeedbackJoined:
    given: dict[str, Any] = {
        "tenant": "acme",
        "result_id": uuid4(),
        "user_id": "u1",
        "revision": 1,
        "task_type": "classification",
        "version_id": "base",
        "model": "m",
        "input": b"null",
        "output": "Yes",
        "rating": "positive",
        "score": 1.0,
        "score_source": "rating",
        "labels": ("yes", "no"),
    }
    return FeedbackJoined(**given | fields)


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({}, Target("yes", "accepted")),
        ({"rating": "negative", "corrections": {"label": " NO "}}, Target("no", "correction")),
        ({"rating": "positive", "corrections": {"label": "no"}}, Target("no", "correction")),
        ({"rating": "negative"}, Reason.NO_TARGET),
        ({"rating": "neutral", "corrections": {"colour": "blue"}}, Reason.NO_TARGET),
        ({"corrections": {"label": "perhaps"}}, Reason.NOT_AMONG_LABELS),
        ({"collect": False}, Reason.NOT_COLLECTED),
        ({"text_omitted": "not_collected", "output": None}, Reason.NOT_COLLECTED),
        ({"text_omitted": "too_large", "output": None}, Reason.TEXT_OMITTED),
        ({"output": None}, Reason.FAILED),
        ({"output": None, "corrections": {"label": "no"}}, Target("no", "correction")),
        ({"score_source": "reference"}, Reason.HAS_REFERENCE),
        ({"score_source": "reference", "reference": "no"}, Target("no", "reference")),
        ({"signal": "copied"}, Target("yes", "accepted")),
        ({"task_type": "summary", "labels": (), "output": "It rains."}, Target("It rains.", "accepted")),
        (
            {"task_type": "action_items", "labels": (), "corrections": {"items": ["send it", "pay"]}},
            Target(("send it", "pay"), "correction"),
        ),
        (
            {"task_type": "action_items", "labels": (), "output": "- send it\n- pay"},
            Target(("send it", "pay"), "accepted"),
        ),
        ({"task_type": "action_items", "labels": (), "corrections": {"items": []}}, Target((), "correction")),
    ],
)
def test_what_should_have_been_answered(fields: dict[str, Any], target: Target | Reason) -> None:
    assert target_of(said(**fields)) == target


def test_without_named_labels_any_short_one_will_do() -> None:
    assert shaped("classification", "urgent", (), "correction") == Target("urgent", "correction")
    assert shaped("classification", "x" * 500, (), "correction") is Reason.NOT_AMONG_LABELS


@pytest.mark.parametrize("labels", [(), ("yes", "no")])
@pytest.mark.parametrize("value", ["", "  ", [], ["", " "]])
def test_an_empty_label_is_no_target(value: object, labels: tuple[str, ...]) -> None:
    assert shaped("classification", value, labels, "imported") is Reason.NO_TARGET


@pytest.mark.parametrize(
    ("task_type", "source", "may"),
    [
        ("summary", "correction", True),
        ("summary", "accepted", False),
        ("classification", "accepted", True),
        ("classification", "sampled", False),
        ("qa", "imported", True),
    ],
)
def test_answers_are_judged_by_what_people_wrote_and_labels_by_what_they_accepted(
    task_type: str, source: str, may: bool
) -> None:
    assert may_be_reference(task_type, source) is may


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ([], ()),
        (("", " "), Reason.NO_TARGET),
        ([""], Reason.NO_TARGET),
        (["", "Call the bank."], ("Call the bank.",)),
    ],
)
def test_a_list_of_blanks_does_not_say_that_there_is_nothing_to_do(value: object, wanted: Any) -> None:
    found = shaped("action_items", value, (), "imported")
    assert (found.value if isinstance(found, Target) else found) == wanted
