from typing import Any

import pytest

from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ModelAnswer
from ratchet_router.judged import checks_of
from ratchet_router.shaping import shaped
from ratchet_router.template import Template, Variable
from tests.unit.router.asks import ask
from tests.unit.router.checking.test_language import TEXTS
from tests.unit.router.templates import template

PLACES = {"document": Variable(), "language": Variable(default="the language of the text")}
IN_A_LANGUAGE = template(system="Write in $language.", variables=PLACES)


def failed(output: str, prompt: Template | None = None, **how: Any) -> set[str]:
    given = ask(**{"task_type": TaskType.SUMMARY, "document": TEXTS["en"], "labels": ()} | how)
    said = ModelAnswer(output=output, usage=Usage(), model="m")
    found = shaped(given.task_type, output, given.labels)
    return {check.name for check in checks_of(given, found, said, prompt) if not check.passed}


@pytest.mark.parametrize("named", ["German", "deutsch", "simple German, please", "de", "de-CH"])
def test_the_language_that_a_caller_names_for_his_template_is_what_is_wanted(named: str) -> None:
    assert failed(TEXTS["de"], IN_A_LANGUAGE, variables={"language": named}) == set()
    assert failed(TEXTS["en"], IN_A_LANGUAGE, variables={"language": named}) == {"language"}


@pytest.mark.parametrize("named", ["Klingon", "English or German"])
def test_of_a_language_that_is_not_known_nothing_is_said(named: str) -> None:
    assert failed(TEXTS["de"], IN_A_LANGUAGE, variables={"language": named}) == set()


def test_where_nobody_names_one_it_is_the_documents() -> None:
    assert failed(TEXTS["de"], IN_A_LANGUAGE) == {"language"}
    german = template(system="Write in $language.", variables=PLACES | {"language": Variable(default="German")})
    assert failed(TEXTS["de"], german) == set()


def test_several_documents_may_be_named_by_their_numbers() -> None:
    several: dict[str, Any] = {
        "task_type": TaskType.REPORT,
        "document": f"{TEXTS['en']}\n{TEXTS['en']}",
        "documents": 2,
    }
    assert failed("The board has asked for it [1][2].", **several) == set()
    assert failed("The board has asked for it [3].", **several) == {"citations"}
    assert failed("The board has asked for it [1].", task_type=TaskType.REPORT) == {"citations"}
