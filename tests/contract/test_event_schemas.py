"""The events' JSON Schemas: what is checked in is what the code says, and what the code sends is valid by it."""

import copy
import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from ratchet_common.events import AnyEvent, Event
from ratchet_common.schema_files import (
    FOLDER,
    Schema,
    as_text,
    breaking_changes,
    compare,
    generated,
    released,
    schema_of,
    tag_of,
)
from ratchet_common.topics import TABLE
from tests.contract.every_event import LEAST, MOST

EVENTS = [topic.event for topic in TABLE]


@pytest.mark.parametrize("event", EVENTS)
def test_the_schema_that_is_checked_in_is_the_generated_one(event: type[Event]) -> None:
    checked_in = (FOLDER / f"{tag_of(event)}.json").read_text()
    assert checked_in == as_text(schema_of(event)), "run `make schemas`"


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == {f"{tag_of(event)}.json" for event in EVENTS}


def test_the_examples_hold_every_event_and_the_large_ones_every_field() -> None:
    assert [type(event) for event in LEAST] == [type(event) for event in MOST] == EVENTS
    for event in MOST:
        defaults = [f for f in msgspec.structs.fields(event) if f.default is not msgspec.NODEFAULT]
        assert not [f.name for f in defaults if getattr(event, f.name) == f.default], type(event)


@pytest.mark.parametrize("event", [*LEAST, *MOST], ids=lambda event: type(event).__name__)
def test_every_event_is_valid_by_its_schema_and_comes_back_as_it_went(event: Event) -> None:
    schema = json.loads((FOLDER / f"{tag_of(type(event))}.json").read_text())
    Draft202012Validator.check_schema(schema)
    body = msgspec.json.encode(event)
    Draft202012Validator(schema).validate(json.loads(body))
    assert msgspec.json.encode(msgspec.json.decode(body, type=AnyEvent)) == body


@pytest.mark.parametrize("event", MOST, ids=lambda event: type(event).__name__)
def test_a_consumer_ignores_fields_that_it_does_not_know(event: Event) -> None:
    body = _with_more(json.loads(msgspec.json.encode(event)))
    schema = schema_of(type(event))
    Draft202012Validator(schema).validate(body)
    known = msgspec.json.decode(json.dumps(body), type=type(event))
    assert known.event_id == event.event_id


def _with_more(value: Any) -> Any:
    """An unknown field in every object."""
    if isinstance(value, list):
        return [_with_more(item) for item in value]
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        return value
    changed = {name: _with_more(item) for name, item in value.items()}
    open_maps = all(not isinstance(item, str | bool | list) for item in value.values())  # shares, numbers, versions
    return changed if open_maps else changed | {"added_later": [1]}


@pytest.fixture
def old() -> Schema:
    return {
        "properties": {"tenant": {"type": "string"}, "n": {"type": "integer", "default": 0}},
        "required": ["tenant"],
        "$defs": {"Part": {"properties": {"of": {"type": "string"}}, "required": ["of"]}},
    }


def test_a_field_with_a_default_may_be_added(old: Schema) -> None:
    new = copy.deepcopy(old)
    new["properties"]["why"] = {"type": "string", "default": ""}
    new["$defs"]["Other"] = {"properties": {}}
    new["properties"]["n"] |= {"default": 1, "description": "how many"}
    assert breaking_changes(old, new) == []


def test_a_removed_field_breaks(old: Schema) -> None:
    new = copy.deepcopy(old)
    del new["properties"]["n"]
    assert breaking_changes(old, new) == ["event.n: is gone"]


def test_a_changed_type_breaks(old: Schema) -> None:
    new = copy.deepcopy(old)
    new["properties"]["n"]["type"] = "string"
    assert breaking_changes(old, new) == ['event.n: changed from {"type": "integer"} to {"type": "string"}']


@pytest.mark.parametrize("name", ["n", "why"])
def test_a_field_that_becomes_required_breaks_whether_or_not_it_is_new(old: Schema, name: str) -> None:
    new = copy.deepcopy(old)
    new["properties"].setdefault(name, {"type": "string"})
    new["required"].append(name)
    assert breaking_changes(old, new) == [f"event.{name}: became required"]


def test_parts_are_compared_too(old: Schema) -> None:
    new = copy.deepcopy(old)
    new["$defs"]["Part"]["properties"]["of"]["type"] = "integer"
    assert breaking_changes(old, new) == ['Part.of: changed from {"type": "string"} to {"type": "integer"}']
    del new["$defs"]["Part"]
    assert breaking_changes(old, new) == ["Part: is gone"]


def test_nothing_breaks_what_was_released() -> None:
    assert compare(released(), generated()) == [], "a breaking change is a new type tag"


def test_schemas_are_compared_by_type_tag() -> None:
    current = copy.deepcopy(generated())
    assert compare(generated(), current) == []
    current["note.made.v2"] = {}  # a new type tag is never a break
    del current["erasure.asked.v1"]
    del current["alert.changed.v1"]["properties"]["subject"]
    assert compare(generated(), current) == [
        "alert.changed.v1: event.subject: is gone",
        "erasure.asked.v1: is gone; consumers may still meet its events",
    ]
