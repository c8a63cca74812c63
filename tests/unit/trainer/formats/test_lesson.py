"""From an example to what a tuned model is told, should say, and should not have said."""

from dataclasses import replace

import pytest

from ratchet_common.tuned_prompt import TOLD, told
from ratchet_common.vocabulary import TaskType
from ratchet_trainer.collecting.example import TargetSource
from ratchet_trainer.formats.lesson import Lesson, lesson_of
from tests.unit.trainer.decision_fakes import example

EXAMPLE = example(1, "Late.", output="On time.", task_type="summary", document="The report is late.", labels=())


def test_a_corrected_answer_is_what_should_not_have_been_said() -> None:
    assert lesson_of(EXAMPLE) == Lesson(TOLD["summary"], "The report is late.", "Late.", "On time.")


@pytest.mark.parametrize("source", ["accepted", "sampled", "imported"])
def test_what_nobody_corrected_rejects_nothing(source: TargetSource) -> None:
    assert lesson_of(replace(EXAMPLE, target_source=source)).rejected is None


@pytest.mark.parametrize("output", [None, "", "Late.", " Late.\n"])
def test_the_same_answer_once_more_rejects_nothing(output: str | None) -> None:
    assert lesson_of(replace(EXAMPLE, output=output)).rejected is None


def test_items_are_lines_and_none_is_said() -> None:
    items = replace(EXAMPLE, task_type="action_items", target=("Mail Ann", "Call Bob"), output="Mail Ann\nCall Cy")
    assert lesson_of(items).wanted == "- Mail Ann\n- Call Bob"
    assert lesson_of(replace(items, target=())).wanted == "None"


def test_a_label_comes_with_those_that_it_is_one_of() -> None:
    label = replace(EXAMPLE, task_type="classification", labels=("yes", "no"), target="yes", output="no")
    assert lesson_of(label).system.endswith("\nLabels: yes, no")
    assert (lesson_of(label).wanted, lesson_of(label).rejected) == ("yes", "no")


def test_a_question_stands_after_its_document() -> None:
    assert told("qa", "Text.", "Who?").user == "Text.\n\nQuestion: Who?"


def test_every_task_but_a_chat_is_told_what_it_is() -> None:
    assert {task for task in TaskType if not told(task, "x").system} == {TaskType.CHAT}
