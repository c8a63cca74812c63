from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.checking.schema import KEPT, compiled, schema
from ratchet_router.checking.schema_limits import LARGEST_SCHEMA
from ratchet_router.checking.subject import Finding, Subject

RISKS = {
    "type": "object",
    "required": ["risks"],
    "additionalProperties": False,
    "properties": {"risks": {"type": "array", "items": {"$ref": "#/$defs/risk"}}},
    "$defs": {"risk": {"type": "object", "required": ["what"], "properties": {"what": {"type": "string"}}}},
}
TREE = {"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}


def found(asked: Any, output: str) -> Finding | None:
    body = asked if isinstance(asked, bytes) else msgspec.json.encode(asked)
    return schema(Subject(task_type="chat", output=output, schema=body))


@pytest.mark.parametrize(
    ("output", "fits"),
    [
        ('{"risks": [{"what": "late"}]}', True),
        ('{"risks": []}', True),
        ('{"risks": [{"who": "Ann"}]}', False),
        ('{"risks": [], "more": 1}', False),
        ('```json\n{"risks": []}\n```', False),
        ('{"risks": [', False),
        ("", False),
        ('{"risks": "\ud800"}', False),
    ],
)
def test_an_answer_follows_its_schema_or_fails(output: str, fits: bool) -> None:
    finding = found(RISKS, output)
    assert (finding is None) is fits
    assert finding is None or finding.serious


def doubling(depth: int) -> dict[str, Any]:
    """Looks at one value 2 to the power of `depth` times."""
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/d0", "$defs": twice | {f"d{depth}": {"type": "string"}}}


HARMFUL: dict[str, Any] = {
    "doubling": doubling(40),
    "doubling below a property called default": {
        "properties": {"default": {"$ref": "#/$defs/d0"}},
        "$defs": doubling(40)["$defs"],
    },
    "a base of its own": {
        "allOf": [{"$id": "urn:other", **doubling(40)}],
        "$defs": {"d0": {"type": "string"}},
    },
    "of the network": {"$ref": "http://127.0.0.1:9/schema"},
    "of the disk": {"$ref": "file:///etc/hosts"},
    "of another meta-schema": {"$schema": "http://127.0.0.1:9/meta"},
    "deep": b'{"properties":{"a":' * 500 + b"{}" + b"}}" * 500,
    "deeper than decoders go": b"[" * 60_000,
    "large": msgspec.json.encode({"enum": ["x" * LARGEST_SCHEMA]}),
    "no schema": [1],
    "unknown type": {"type": "strin"},
    "not JSON": b"{",
    "a pattern that is large": {"pattern": "((a{1000}){1000}){1000}"},
    "a pattern that looks ahead": {"pattern": "^(?!a)b"},
}


@pytest.mark.parametrize("asked", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_schema_that_cannot_be_used_warns_and_does_no_harm(asked: Any) -> None:
    finding = found(asked, '{"default": "x"}')
    assert finding is not None
    assert not finding.serious


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"$ref": "#"}, 1),
        ({"allOf": [{"$ref": "#"}]}, 1),
        ({"pattern": "^(a+)+$"}, "a" * 100_000 + "b"),
        ({"pattern": "[ab]*a[ab]{100}x"}, "ab" * 50_000),
        ({"items": {"allOf": [{"type": "integer"}] * 1_000}}, [1] * 5_000),
        ({"uniqueItems": True}, [{"a": n} for n in range(20_000)]),
        ({"type": "array", "anyOf": [{"items": {"$ref": "#"}}] * 2}, [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]),
    ],
)
def test_circles_and_hard_patterns_end(asked: Any, said: Any) -> None:
    found(asked, msgspec.json.encode(said).decode())


def test_a_schema_may_speak_of_itself() -> None:
    assert found(TREE, '{"left": {"left": {}, "right": {}}}') is None
    assert found(TREE, '{"left": {"left": 3}}') is not None


def test_few_compiled_schemas_are_kept() -> None:
    for n in range(KEPT + 50):
        compiled(msgspec.json.encode({"const": n}))
    assert compiled.cache_info().currsize == KEPT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
simple = st.sampled_from(
    [{"type": kind} for kind in ("string", "integer", "object", "array", "boolean", "null")]
    + [{"enum": [1, "a", None]}, {"maxLength": 1}, {"minimum": 0}, {"pattern": "^a+$"}, {"uniqueItems": True}]
)
schemas = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(lambda a: {"type": "array", "items": a}, inner),
        st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner),
        st.builds(lambda a: {"not": a}, inner),
        st.builds(lambda a: {"properties": {"a": a}, "required": ["b"]}, inner),
    ),
    max_leaves=5,
)


@given(schemas, json_values)
def test_it_agrees_with_another_implementation(asked: dict[str, Any], said: Any) -> None:
    fits = jsonschema.Draft202012Validator(asked).is_valid(said)
    assert (found(asked, msgspec.json.encode(said).decode()) is None) is fits
