"""The events' JSON Schemas: written beside this file, compared with those that were released.

`python -m ratchet_common.schema_files` writes them; `--check` lists what breaks the released ones; `--release` takes
them as the released ones, and refuses what breaks.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from ratchet_common.events import Event
from ratchet_common.topics import TABLE

FOLDER = Path(__file__).parent / "schemas"
RELEASED = FOLDER / "released" / "schemas.json"  # by type tag; never written by hand
Schema = dict[str, Any]


def tag_of(event: type[Event]) -> str:
    return str(event.__struct_config__.tag)


def schema_of(event: type[Event]) -> Schema:
    """One self-contained JSON Schema (2020-12) of an event as it travels. Unknown fields are allowed on purpose."""
    (schema,), parts = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
    own = parts.pop(cast("str", schema["$ref"]).rsplit("/", 1)[1])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": tag_of(event), **own, "$defs": parts}


def as_text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def write(folder: Path = FOLDER) -> None:
    for topic in TABLE:
        (folder / f"{tag_of(topic.event)}.json").write_text(as_text(schema_of(topic.event)))


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What would make a reader of `old` trip over events of `new`, or the other way round.

    A field may be added if it has a default. A field may not go, change its type or become required.
    """
    found = _broken(old, new, "event")
    for name, part in old.get("$defs", {}).items():
        if name not in new.get("$defs", {}):
            found.append(f"{name}: is gone")
        else:
            found += _broken(part, new["$defs"][name], name)
    return found


def _broken(old: Schema, new: Schema, where: str) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    gone = [f"{where}.{name}: is gone" for name in before if name not in after]
    changed = [
        f"{where}.{name}: changed from {_shape(before[name])} to {_shape(after[name])}"
        for name in before
        if name in after and _shape(before[name]) != _shape(after[name])
    ]
    required = set(new.get("required", [])) - set(old.get("required", []))
    return gone + changed + [f"{where}.{name}: became required" for name in sorted(required)]


def _shape(field: Schema) -> str:
    return json.dumps({k: v for k, v in field.items() if k not in {"default", "description", "title"}}, sort_keys=True)


def compare(released: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """What breaks readers or writers of the released schemas, by type tag; a new tag is never a break."""
    found: list[str] = []
    for tag, schema in sorted(released.items()):
        if tag not in current:
            found.append(f"{tag}: is gone; consumers may still meet its events")
        else:
            found += [f"{tag}: {change}" for change in breaking_changes(schema, current[tag])]
    return found


def generated() -> dict[str, Schema]:
    return {tag_of(topic.event): schema_of(topic.event) for topic in TABLE}


def released() -> dict[str, Schema]:
    schemas: dict[str, Schema] = json.loads(RELEASED.read_text())
    return schemas


def main(arguments: list[str]) -> int:
    if arguments[:1] not in (["--check"], ["--release"]):
        write()
        return 0
    broken = compare(released(), generated())
    sys.stdout.write("".join(f"{change}\n" for change in broken))
    if not broken and arguments == ["--release"]:
        RELEASED.write_text(json.dumps(generated(), sort_keys=True, separators=(",", ":")) + "\n")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
