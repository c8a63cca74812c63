from typing import Any

import pytest

from ratchet_common.errors import RefusedError
from ratchet_router.documents.document import Given
from ratchet_router.documents.registering import (
    Belongs,
    ContentElsewhereError,
    NameTakenError,
    NoDocumentError,
    OtherUserError,
    Upload,
    belongs,
)
from tests.unit.router.documents.records import record

KNOWN = record(state="ready", given=Given(company="Apple"))
OTHER = record(id="doc_2", name="b.md", sha256="bb")


def upload(**how: Any) -> Upload:
    return Upload(**{"tenant": "acme", "name": "a.md", "sha256": "cc", "size": 3, **how})


def test_what_nobody_knows_is_new() -> None:
    assert belongs(upload(), asked=None, by_content=None, by_name=None) == Belongs("new_document")


def test_the_same_content_is_the_same_document_whatever_its_name() -> None:
    found = belongs(upload(sha256="aa", name="z.md"), asked=None, by_content=KNOWN, by_name=OTHER)
    assert found == Belongs("same_document", KNOWN)
    assert belongs(upload(sha256="aa", given=KNOWN.given), asked=None, by_content=KNOWN, by_name=None) == found


def test_what_was_sent_in_between_the_two_looks_is_the_same_document_too() -> None:
    found = belongs(upload(sha256="aa"), asked=None, by_content=None, by_name=KNOWN)
    assert found == Belongs("same_document", KNOWN)


def test_the_same_content_of_which_something_else_is_said_is_read_anew() -> None:
    given = Given(company="Apple Inc.")
    found = belongs(upload(sha256="aa", given=given), asked=None, by_content=KNOWN, by_name=None)
    assert found == Belongs("new_revision", KNOWN)


@pytest.mark.parametrize(("state", "outcome"), [("failed", "new_revision"), ("refused", "same_document")])
def test_what_failed_is_tried_anew_and_what_was_refused_is_not(state: Any, outcome: str) -> None:
    known = record(state=state)
    assert belongs(upload(sha256="aa"), asked=None, by_content=known, by_name=None).outcome == outcome


def test_another_content_under_a_name_or_an_id_is_a_revision() -> None:
    assert belongs(upload(), asked=None, by_content=None, by_name=KNOWN) == Belongs("new_revision", KNOWN)
    asked = upload(document="doc_1", name="new name.md")
    assert belongs(asked, asked=KNOWN, by_content=None, by_name=None) == Belongs("new_revision", KNOWN)
    assert belongs(asked, asked=KNOWN, by_content=None, by_name=KNOWN) == Belongs("new_revision", KNOWN)


@pytest.mark.parametrize(
    ("asked", "found", "error"),
    [
        (upload(document="doc_9"), {}, NoDocumentError),
        (upload(document="doc_1"), {"asked": KNOWN, "by_content": OTHER}, ContentElsewhereError),
        (upload(document="doc_1"), {"asked": KNOWN, "by_name": OTHER}, NameTakenError),
        (upload(document="doc_1", user="dd"), {"asked": KNOWN}, OtherUserError),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: Upload, found: dict[str, Any], error: type[RefusedError]) -> None:
    with pytest.raises(error):
        belongs(asked, **{"asked": None, "by_content": None, "by_name": None, **found})
