from typing import Any

import pytest

from ratchet_common.corrections import REPLACING, correction_for
from ratchet_common.vocabulary import TaskType


def test_every_task_has_fields_that_replace_its_answer() -> None:
    assert set(REPLACING) == set(TaskType)


@pytest.mark.parametrize(
    ("task", "corrections", "expected"),
    [
        ("classification", {"label": "urgent", "output": "It is urgent"}, "urgent"),
        ("classification", {"output": "urgent"}, "urgent"),
        ("classification", {"label": " ", "output": "urgent"}, "urgent"),
        ("action_items", {"items": []}, []),
        ("action_items", {"action_items": ["a"], "owner": "QA"}, ["a"]),
        ("summary", {"summary": "short"}, "short"),
        ("summary", {"label": "urgent"}, None),
        ("summary", {"output": None}, None),
        ("qa", {"value": 0}, 0),
        ("report", {"second_paragraph": "better"}, None),
        ("unheard_of", {"output": "x", "label": "y"}, "x"),
        ("chat", {}, None),
    ],
)
def test_only_a_correction_of_the_whole_answer_replaces_it(
    task: str, corrections: dict[str, Any], expected: object
) -> None:
    assert correction_for(task, corrections) == expected
