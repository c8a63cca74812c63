import pytest

from ratchet_router.reasoning import MARKER
from ratchet_router.shaping import checks, item_text, shaped
from ratchet_scoring import items as scoring

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
        ("None", ()),
        ("- none.", ()),
        ("{not json}", ("{not json}",)),
    ],
)
def test_items_are_the_marked_lines_or_all(output: str, items: tuple[str, ...]) -> None:
    found = shaped("action_items", output, ())
    assert found.items == items
    assert found.output == "\n".join(f"- {item}" for item in items)


RISKS = '{"risks": [{"risk": "Late", "impact": "high"}, {"risk": "Dear", "mitigation": null}], "overall": "high"}'


@pytest.mark.parametrize("task", ["action_items", "risk_assessment", "entities"])
@pytest.mark.parametrize(
    "dressed", [RISKS, f"\n{RISKS}\n", f"```json\n{RISKS}\n```", f"It is late.\n{MARKER}\n{RISKS}"]
)
def test_json_stays_as_it_is_and_its_list_gives_the_items(task: str, dressed: str) -> None:
    found = shaped(task, dressed, ())
    assert (found.output, found.items) == (RISKS, ("Late, high", "Dear"))


def test_json_stays_json_where_its_items_are_known_already() -> None:
    assert shaped("action_items", RISKS, (), items=["Late", "Dear"]).output == RISKS


@pytest.mark.parametrize(
    ("output", "items"),
    [
        ("Two risks:\n- late\n- dear", ("late", "dear")),
        ("There is a risk that it is late.", None),
        ('{"a": [1], "b": [2]}', None),
        ("[1, 2]", None),
        ("{" * 100_000, None),
        ('{"risks": []}', ()),
    ],
)
def test_other_lists_stay_as_they_are(output: str, items: tuple[str, ...] | None) -> None:
    found = shaped("risk_assessment", output, ())
    assert (found.output, found.items) == (output, items)


@pytest.mark.parametrize(
    "entry", [{"a": " x\n y ", "b": None, "c": ["d", {"e": 3}]}, "text", 3, [], {}, [[[["deep"]]]]]
)
def test_an_item_reads_as_it_is_scored(entry: object) -> None:
    assert item_text(entry) == scoring.item_text(entry)


@pytest.mark.parametrize(
    ("task", "output"), [("classification", "risk"), ("action_items", "- one"), ("summary", "Short."), ("qa", "Yes.")]
)
def test_thoughts_are_cut_off(task: str, output: str) -> None:
    assert shaped(task, f"The text says request.\n- a thought\n{MARKER}\n{output}", LABELS).output == output


def test_what_a_chat_says_stays_whole() -> None:
    said = f"You may write\n{MARKER}\nfor that."
    assert shaped("chat", said, ()).output == said


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
