from typing import Any

import pytest

from ratchet_common.vocabulary import DocumentType, TaskType
from ratchet_router.picking import TemplateForOtherTaskError, UnknownTemplateError, named, suited
from ratchet_router.shelf import Known, Shelf, of_files, of_tenant
from tests.unit.router.templates import known

EMAIL, CONTRACT, OTHER = DocumentType.EMAIL, DocumentType.CONTRACT, DocumentType.OTHER
USUAL = known("usual", default=True, document_types=(OTHER,))
FOR_EMAIL = known("for_email", document_types=(EMAIL,))
THINKS = known("thinks", reasoning=True)
BY_NAME = known("by_name")


def picked(*shelf: Known, document_type: DocumentType | None = None, reasoning: bool = False) -> str | None:
    found = suited(of_files(shelf), TaskType.SUMMARY, document_type, reasoning=reasoning)
    return found.id if found else None


@pytest.mark.parametrize(
    ("how", "id_"),
    [
        ({}, "usual"),
        ({"document_type": EMAIL}, "for_email"),
        ({"document_type": OTHER}, "usual"),
        ({"document_type": CONTRACT}, "usual"),  # none suits, so the default has to
        ({"reasoning": True}, "thinks"),
        ({"reasoning": True, "document_type": EMAIL}, "thinks"),
    ],
)
def test_the_documents_type_picks_else_the_default(how: dict[str, Any], id_: str) -> None:
    assert picked(BY_NAME, USUAL, FOR_EMAIL, THINKS, **how) == id_


def test_a_default_that_suits_every_type_goes_before_what_is_meant_for_one() -> None:
    assert picked(known("usual", default=True), FOR_EMAIL, document_type=EMAIL) == "usual"


def test_the_nearest_owner_goes_first() -> None:
    operators = known("z_operators", "operator", default=True)
    tenants = known("zz_tenants", "tenant", document_types=(EMAIL,))
    assert picked(USUAL, FOR_EMAIL, operators, document_type=EMAIL) == "z_operators"
    assert picked(USUAL, FOR_EMAIL, operators, tenants, document_type=EMAIL) == "zz_tenants"
    assert picked(USUAL, FOR_EMAIL, operators, tenants) == "z_operators"


def test_a_task_without_a_template_has_none() -> None:
    assert picked(BY_NAME) is None
    assert suited(of_files([USUAL]), TaskType.CHAT, None, reasoning=False) is None


SHELF = of_files([known("usual"), known("usual", version=2), known("else", task=TaskType.QA)])


@pytest.mark.parametrize(
    ("reference", "version"), [("usual", 2), ("usual@1", 1), ("usual_v1", 1), ("usual@2", 2), ("usual_v2", 2)]
)
def test_a_template_is_named_with_or_without_a_version(reference: str, version: int) -> None:
    assert named(SHELF, reference, TaskType.SUMMARY).version == version


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("nobody", "known are else, usual"),
        ("usual@3", "has no such version; it has 1, 2"),
        ("usual_v0", "known are"),
        ("usual@", "known are"),
        ("", "known are"),
        ("../usual", "known are"),
    ],
)
def test_an_unknown_template_is_answered_with_the_known_ones(reference: str, said: str) -> None:
    with pytest.raises(UnknownTemplateError, match=said):
        named(SHELF, reference, TaskType.SUMMARY)


def test_a_template_is_for_its_task() -> None:
    with pytest.raises(TemplateForOtherTaskError, match=r"else_v1 is for the task qa.* name one of usual"):
        named(SHELF, "else", TaskType.SUMMARY)


def test_a_tenants_version_is_live_when_it_says_so() -> None:
    own = [known("usual", "tenant", version=3), known("draft", "tenant")]
    shelf: Shelf = of_tenant(SHELF, own, {})
    assert named(shelf, "usual", TaskType.SUMMARY).version == 2
    assert named(shelf, "draft@1", TaskType.SUMMARY).id == "draft"
    with pytest.raises(UnknownTemplateError, match="none of them is live"):
        named(shelf, "draft", TaskType.SUMMARY)
    assert named(of_tenant(SHELF, own, {"usual": 3}), "usual", TaskType.SUMMARY).version == 3
    assert named(of_tenant(SHELF, own, {"usual": 1}), "usual", TaskType.SUMMARY).version == 1
    assert named(of_tenant(SHELF, own, {"usual": 9}), "usual", TaskType.SUMMARY).version == 2  # not here yet
    assert SHELF.versions["usual"].keys() == {1, 2}
