import pytest

from ratchet_router.documents.document import (
    DocumentRecord,
    Given,
    Read,
    Said,
    State,
    content_key,
    name_key,
    name_of,
    needed_files,
    new_id,
    overridden,
    subject_of,
)
from tests.unit.router.documents.records import record, served


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\ann\\Q3 report.pdf", "Q3 report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("  ", ""),
        ("folder/", ""),
        ("e\u0301t\u00e9.md", "\u00e9t\u00e9.md"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_has_no_folders_and_no_control_characters(given: str, name: str) -> None:
    assert name_of(given) == name


def test_the_same_name_of_another_tenant_or_user_is_another() -> None:
    keys = {name_key(tenant, user, "a") for tenant in ("x", "y") for user in ("", "u")}
    assert len(keys | {name_key("xu", "", "a"), content_key("x", "", "a")}) == 6


def test_later_ids_are_greater() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("state", "before", "needed"),
    [
        ("received", None, {"new"}),
        ("indexing", "old", {"new", "old"}),
        ("refused", "old", {"old"}),
        ("failed", None, set()),
        ("ready", "new", {"new"}),
        ("deleting", "old", set()),
        ("gone", None, set()),
    ],
)
def test_files_are_needed_while_they_are_to_be_read_or_are_served(
    state: State, before: str | None, needed: set[str]
) -> None:
    of: DocumentRecord = record(
        state=state, file="new", files=["old", "new"], served=served(before) if before else None
    )
    assert needed_files(of) == needed


def test_what_is_given_goes_before_what_is_read() -> None:
    read = {"company": Said("Apple Inc.", "text", 1), "title": Said("10-Q", "title")}
    said = overridden(read, Given(company="Apple", period="2022-Q3"))
    assert said == {
        "company": Said("Apple", "given"),
        "title": Said("10-Q", "title"),
        "period": Said("2022-Q3", "given"),
    }


def test_a_document_without_a_title_goes_by_its_name() -> None:
    read = Read(kind="text", divided="not", pages=1, chunks=1, metadata={"period": Said("2022", "text", 1)})
    subject = subject_of(read, "notes.txt")
    assert (subject.title, subject.company, subject.period, subject.document_type) == ("notes.txt", "", "2022", "other")
