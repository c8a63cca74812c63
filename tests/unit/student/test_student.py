from collections.abc import Callable
from pathlib import Path

import pytest

from ratchet_student import CannotLearnError, Example, fit, fit_to_file, load, save
from tests.unit.student.texts import mails, meetings, notes, orders, reports

TASKS: dict[str, Callable[[int], list[Example]]] = {
    "classification": mails,
    "summary": meetings,
    "action_items": notes,
    "entities": orders,
    "qa": reports,
}


@pytest.mark.parametrize("task", TASKS)
def test_after_loading_it_answers_as_before(task: str, tmp_path: Path) -> None:
    student = fit(task, TASKS[task](40))
    asked = TASKS[task](10)
    documents, questions = [example.document for example in asked], [example.question for example in asked]
    loaded = load(tmp_path / "student", save(student, tmp_path / "student"))
    assert loaded.task_type == task
    assert loaded.predict_many(documents, questions) == student.predict_many(documents, questions)


@pytest.mark.parametrize("task", TASKS)
def test_the_same_examples_and_seed_give_the_same_file(task: str, tmp_path: Path) -> None:
    examples = TASKS[task](40)
    assert fit_to_file(task, examples, tmp_path / "a", 7) == fit_to_file(task, examples, tmp_path / "b", 7)


@pytest.mark.parametrize("task", TASKS)
def test_many_at_once_are_answered_as_one_by_one(task: str) -> None:
    student, asked = fit(task, TASKS[task](40)), TASKS[task](6)
    at_once = student.predict_many([e.document for e in asked], [e.question for e in asked])
    one_by_one = [student.predict(example.document, example.question) for example in asked]
    assert [one.output for one in at_once] == [one.output for one in one_by_one]
    assert [one.confidence for one in at_once] == pytest.approx([one.confidence for one in one_by_one])


@pytest.mark.parametrize("task", TASKS)
def test_ten_examples_are_enough(task: str) -> None:
    one_more = TASKS[task](11)[10]
    assert fit(task, TASKS[task](10)).predict(one_more.document, one_more.question).output


@pytest.mark.parametrize(
    ("task", "examples", "sentence"),
    [
        ("chat", mails(20), "No student learns 'chat'"),
        ("classification", mails(9), "9 examples are too few"),
        ("summary", [], "0 examples are too few"),
        ("classification", [Example("text", "yes", weight=0.0)] * 20, "weight is not a positive number"),
        ("summary", [Example("text", "yes", weight=float("nan"))] * 20, "weight is not a positive number"),
    ],
)
def test_what_cannot_be_learned_is_said(task: str, examples: list[Example], sentence: str) -> None:
    with pytest.raises(CannotLearnError, match=sentence):
        fit(task, examples)


def test_no_words_of_the_texts_stand_in_the_file(tmp_path: Path) -> None:
    for task, examples in TASKS.items():
        fit_to_file(task, examples(40), tmp_path / task)
        content = (tmp_path / task).read_bytes().lower()
        assert not [word for word in (b"canteen", b"council", b"friday", b"halvorsen", b"printer") if word in content]
