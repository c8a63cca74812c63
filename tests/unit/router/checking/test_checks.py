from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.vocabulary import TaskType
from ratchet_router.checking.checks import NAMES, TABLE, checked
from ratchet_router.checking.subject import LONGEST_ANSWER, Passage, Subject
from tests.unit.router.checking.subjects import DOCUMENT, failed, subject, warned

ALL_NEEDED: dict[str, Any] = {
    "labels": ("risk",),
    "schema": b'{"type": "object"}',
    "instructions": "Summarise what follows in two sentences and say nothing else at all, please.",
    "finish_reason": "stop",
    "context": (Passage(DOCUMENT, "minutes", 1),),
}
GOOD = "The board's revenue rose by 12.5 % to $3.4 million, and Ann Baker will send the revised budget by Friday."
PIECES = (
    "a", "1", "1,", "1.1", "111 ", "[1", "[1,2] ", '"', '"four words in quotes" ', "\u201ca", "@", "a@a.", "+1 ",
    "::1:", "1/1/", "1 jan ", "sorry, ", "i can't ", "\n1. ", "1=1+", "111-11-1111 ", "4111 1111 1111 1111 ",
    "GB82 WEST ", "10.0.0.1 ", "\u0661", "\u00df", "12:30 ", "$5 million ", "5 m ", "[{", '{"a":', "(p. 3) ", "[doc: a",
    "one hundred ", "i appreciate ", "- - ", "a" * 30 + ".",
)  # fmt: skip


def test_every_check_is_of_known_tasks_and_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(TABLE)
    for row in TABLE:
        assert {*row.fails, *row.warns} <= set(TaskType)
        assert not set(row.fails) & set(row.warns)


def test_a_good_answer_passes_all_that_apply_in_the_tables_order() -> None:
    checks = checked(subject(GOOD, **ALL_NEEDED | {"schema": b"", "labels": ()}))
    assert [check.name for check in checks] == [
        "not_empty", "complete", "refusal", "language", "copied_prompt", "citations", "numbers", "private_data",
    ]  # fmt: skip
    assert all(check.passed and not check.detail for check in checks)


def test_what_a_check_needs_and_has_not_got_leaves_it_out() -> None:
    assert [check.name for check in checked(Subject(task_type="chat", output="Hello!"))] == ["not_empty", "refusal"]


def test_no_action_items_are_an_answer_too() -> None:
    assert not failed(subject("", "action_items", items=()))
    assert failed(subject("", "entities")) == {"not_empty"}


@pytest.mark.parametrize(("task", "fails"), [("summary", True), ("qa", False)])
def test_the_same_finding_fails_one_task_and_warns_another(task: str, fails: bool) -> None:
    wrong = subject("The board says that revenue rose by 13.7 % in the first quarter of the year.", task)
    assert ("numbers" in failed(wrong), "numbers" in warned(wrong)) == (fails, not fails)


def test_of_a_document_that_is_too_long_only_the_form_is_checked() -> None:
    long = subject(GOOD, document=DOCUMENT * 1_000)
    assert {check.name for check in checked(long)} == {"not_empty", "shorter", "refusal"}


@given(st.text(), st.text(), st.sampled_from(TaskType), st.sampled_from(["", "stop", "length"]))
def test_any_answer_can_be_checked(output: str, document: str, task: TaskType, finish: str) -> None:
    one = Subject(task_type=task, output=output, document=document, **ALL_NEEDED | {"finish_reason": finish})
    assert all(check.passed or check.detail for check in checked(one))


@given(st.lists(st.sampled_from([*PIECES, "zyxwv", "98765", "zy@xwv.net", "[77]"]), max_size=30))
def test_details_say_where_and_how_many_and_never_what(pieces: list[str]) -> None:
    details = " ".join(check.detail for check in checked(subject("".join(pieces), "report", **ALL_NEEDED)))
    assert not [secret for secret in ("zyxwv", "98765", "xwv", "[77]") if secret in details]


@pytest.mark.parametrize("piece", PIECES)
def test_no_answer_takes_long(piece: str) -> None:
    """Each takes below a tenth of a second; a pattern that goes back and forth would take hours."""
    hostile = (piece * LONGEST_ANSWER)[:LONGEST_ANSWER]
    checked(subject(hostile, "report", document=hostile * 3, **ALL_NEEDED))


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("2 may ", "may 77 "),
        ("5 million ", "15 million "),
        ("one 1 two 2 ", "xone xtwo "),
        ("12:31 ", "12:30 "),
        ("a@xb.net ", "a@x.net "),
        ('"four words that differ" ', "four words that are "),
    ],
)
def test_no_document_takes_long(answer: str, document: str) -> None:
    one = subject((answer * 9_000)[:LONGEST_ANSWER], "report", document=(document * 20_000)[:150_000])
    checked(one)
