"""What a template and a request ask of an answer's form is what it is held against."""

from typing import Any

import pytest

from ratchet_common.events import Check, Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ModelAnswer
from ratchet_router.judged import checks_of
from ratchet_router.shaping import Shaped
from ratchet_router.template import Template, Variable
from ratchet_router.template_files import read_templates
from tests.unit.router.asks import ask
from tests.unit.router.checking.test_language import TEXTS
from tests.unit.router.templates import template

SHELF = read_templates()
ENGLISH = f"{TEXTS['en']} It was said that this is urgent."


def shipped(id_: str) -> Template:
    return SHELF.versions[id_][1].template


def judged(output: str, by: Template | None, *, saw_it: bool = True, **how: Any) -> dict[str, Check]:
    said = ModelAnswer(output=output, usage=Usage(), model="small")
    request = ask(ENGLISH * 3, task_type=TaskType.SUMMARY, **how)
    return {check.name: check for check in checks_of(request, Shaped(output), said, by, saw_it=saw_it)}


def outcome(check: Check) -> str:
    return "failed" if not check.passed else "warned" if check.detail else "passed"


@pytest.mark.parametrize(
    ("sentences", "is_"), [(1, "warned"), (2, "passed"), (3, "passed"), (4, "warned"), (5, "failed"), (9, "failed")]
)
def test_a_short_summary_has_two_or_three_sentences(sentences: int, is_: str) -> None:
    found = judged("It went well. " * sentences, shipped("executive_summary_short"))
    assert outcome(found["length"]) == is_


@pytest.mark.parametrize(
    ("max_words", "is_"), [("", "failed"), ("130", "warned"), ("150", "passed"), ("some", "passed")]
)
def test_a_summary_may_be_as_long_as_the_request_says_else_as_the_template_does(max_words: str, is_: str) -> None:
    found = judged("word " * 150, shipped("executive_summary_medium"), variables={"max_words": max_words})
    assert outcome(found["length"]) == is_


def test_a_summary_of_one_paragraph_has_no_three() -> None:
    found = judged("It went well.\n\nIt is urgent.\n\nIt ends.", shipped("executive_summary_medium"))
    assert found["length"].detail == "The answer has 3 paragraphs, at most 1 were asked for."
    assert not found["length"].passed


def test_no_length_is_looked_at_where_none_is_declared_or_nobody_was_told() -> None:
    long = "It went well. " * 9
    assert "length" not in judged(long, template())
    assert "length" not in judged(long, None)
    assert "length" not in judged(long, shipped("executive_summary_short"), saw_it=False)


@pytest.mark.parametrize(
    ("wanted", "spoken", "passes"),
    [
        ("", "en", True),
        ("", "de", False),
        ("German", "de", True),
        ("German", "en", False),
        ("plain German", "de", True),
        ("the language of the text", "en", True),
        ("Estonian", "de", True),  # it cannot be told apart, so nothing is said
        ("German or French", "fr", True),
    ],
)
def test_an_answer_is_in_the_language_that_the_request_names(wanted: str, spoken: str, passes: bool) -> None:
    found = judged(TEXTS[spoken], shipped("executive_summary_short"), variables={"language": wanted})
    assert found["language"].passed is passes


def test_a_template_may_name_the_language_by_itself() -> None:
    german = template(
        user="$document $language", variables={"document": Variable(), "language": Variable(default="Deutsch")}
    )
    assert judged(TEXTS["de"], german)["language"].passed
    assert not judged(TEXTS["en"], german)["language"].passed
