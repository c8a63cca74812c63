"""JSON Schemas as Anthropic's structured outputs take them: closed objects, and no bounds on what is in them."""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]
NAMED: Final = frozenset({"properties", "$defs", "definitions"})  # schemas under names
LISTED: Final = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
BOUNDS: Final = frozenset({
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
    "maxItems", "uniqueItems", "minProperties", "maxProperties", "minContains", "maxContains",
})  # fmt: skip


def closed(schema: Mapping[str, Any]) -> Schema:
    """What is no more than a bound is told to the model in words, as Anthropic's own clients do."""
    found: Schema = {}
    bounds: Schema = {}
    for name, value in schema.items():
        if name in BOUNDS or (name == "minItems" and value not in (0, 1)):
            bounds[name] = value
        else:
            found["anyOf" if name == "oneOf" else name] = _inner(name, value)
    if found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    if bounds:
        told = ", ".join(f"{name}: {value}" for name, value in bounds.items())
        found["description"] = f"{found.get('description', '')} ({told})".lstrip()
    return found


def _inner(name: str, value: Any) -> Any:
    if name in NAMED and isinstance(value, dict):
        return {key: closed(one) if isinstance(one, dict) else one for key, one in value.items()}
    if name in LISTED and isinstance(value, list):
        return [closed(one) if isinstance(one, dict) else one for one in value]
    if name == "items" and isinstance(value, dict):
        return closed(value)
    return value
