import pytest

from ratchet_scoring.formats import WrongSchemaError, json_fault, label_fault, list_fault

SCHEMA = '{"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}'


@pytest.mark.parametrize("output", ['{"total": 3}', '```json\n{"total": 3.5}\n```'])
def test_json_by_its_schema_has_no_fault(output: str) -> None:
    assert json_fault(output, SCHEMA) == ""


@pytest.mark.parametrize("output", ['{"total": "secret"}', "{}", "3"])
def test_what_breaks_the_schema_is_not_quoted(output: str) -> None:
    assert json_fault(output, SCHEMA) == "Its JSON breaks the schema."


@pytest.mark.parametrize("output", ["", "total: 3", "{", "[" * 100_000, '{"total": NaN}', "-Infinity"])
def test_what_is_no_json(output: str) -> None:
    assert json_fault(output) == "It is no JSON."


@pytest.mark.parametrize("schema", ["{", '{"type": 5}', '{"$ref": "https://example.com/schema.json"}'])
def test_a_wrong_schema_is_not_the_answers_fault(schema: str) -> None:
    with pytest.raises(WrongSchemaError):
        json_fault("{}", schema)


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (" SPAM ", ""),
        ("", "It is empty."),
        ("spam\nham", "It has more than one line."),
        ("eggs", "It is none of the labels."),
    ],
)
def test_one_label(output: str, fault: str) -> None:
    assert label_fault(output, ["spam", "ham"]) == fault


@pytest.mark.parametrize("output", ["- a\n- b", "1. a\n2) b", '["a"]', "None", "* a\n\n* b"])
def test_lists(output: str) -> None:
    assert list_fault(output) == ""


@pytest.mark.parametrize("output", ["", "We should call Ann.", "- a\nand so on", "[garbage", "[1, 2", "[NaN]"])
def test_what_is_no_list(output: str) -> None:
    assert list_fault(output)
