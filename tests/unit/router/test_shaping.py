import pytest

from ratchet_router.shaping import checks, shaped

LABELS = ("risk", "request", "request for change")


@pytest.mark.parametrize(
    ("output", "label"),
    [
        ("request", "request"),
        (' "Request." ', "request"),
        ("The class is **risk**, not request.", "risk"),
        ("It is a request for change", "request for change"),
        ("none of them", None),
    ],
)
def test_the_label_is_what_the_answer_is_or_names_first(output: str, label: str | None) -> None:
    found = shaped("classification", output, LABELS)
    assert found.label == label
    assert found.output == (label or output.strip())


def test_without_labels_the_first_line_is_the_label() -> None:
    assert shaped("classification", "praise\nbecause it is kind", ()).label == "praise"


@pytest.mark.parametrize(
    ("output", "items"),
    [
        ("Here they are:\n- one\n* two\n3. three", ("one", "two", "three")),
        ("one\n\ntwo", ("one", "two")),
        ("", ()),
    ],
)
def test_items_are_the_marked_lines_or_all(output: str, items: tuple[str, ...]) -> None:
    found = shaped("action_items", output, ())
    assert found.items == items
    assert found.output == "\n".join(f"- {item}" for item in items)


def test_what_the_provider_told_apart_is_taken() -> None:
    assert shaped("action_items", "ignored", (), items=["a"]).output == "- a"
    assert shaped("classification", "ignored", LABELS, label="risk").output == "risk"


@pytest.mark.parametrize(
    ("task", "output", "document", "failed"),
    [
        ("chat", " ", "x", {"not_empty"}),
        ("classification", "poetry", "x", {"label_known"}),
        ("classification", "risk", "x", set()),
        ("summary", "long " * 200, "text " * 150, {"shorter"}),
        ("summary", "short", "text " * 150, set()),
        ("action_items", "", "x", set()),
    ],
)
def test_checks_look_at_the_form(task: str, output: str, document: str, failed: set[str]) -> None:
    found = checks(task, shaped(task, output, LABELS), LABELS, document)
    assert {check.name for check in found if not check.passed} == failed
