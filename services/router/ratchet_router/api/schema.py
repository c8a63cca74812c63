"""The JSON Schema of a msgspec type, for an OpenAPI document that knows nothing of msgspec."""

from typing import Any

import msgspec


def inlined(kind: type) -> dict[str, Any]:
    """Without references: each part stands where it is used. Not for types that contain themselves."""
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="{name}")
    found: dict[str, Any] = _resolved(schema, parts)
    return found


def _resolved(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        others = {name: value for name, value in schema.items() if name != "$ref"}
        return _resolved(parts[schema["$ref"]], parts) | others
    return {name: _resolved(value, parts) for name, value in schema.items()}
