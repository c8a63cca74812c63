import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.toml_lines import Lines, Place

ROOT = Path(__file__).parents[3]
FILES = sorted(path for folder in ("libs", "services") for path in (ROOT / folder).rglob("*.toml"))
TEXT = '''\
# a comment with [brackets] and key = "value"
top = 1

[providers.one] # the first
kind = "a # no comment"
"quoted.name" = 'x'
limits = { gap_ms = 5, "first token" = { ms = 7 } }

[[models]]
name = "m0"
prices.input = 0.5
prices.output = 2.0

[[models]]
name = """
[[models]]
name = "not this one"
"""
tags = [
    "a",  # [1]
    "b]",
    { deep = true },
]

    [models.quality]
    default = 0.5

    [[models.rules]]
    at = 1979-05-27 07:32:00

    [[models.rules]]
    at = \'\'\'x = 1\'\'\'

[ a . "b.c" ]
end = [[1, 2], [3]]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("providers",), 4),
        (("providers", "one"), 4),
        (("providers", "one", "kind"), 5),
        (("providers", "one", "quoted.name"), 6),
        (("providers", "one", "limits", "gap_ms"), 7),
        (("providers", "one", "limits", "first token", "ms"), 7),
        (("models", 0), 9),
        (("models", 0, "prices", "output"), 12),
        (("models", 1), 14),
        (("models", 1, "name"), 15),
        (("models", 1, "tags", 1), 21),
        (("models", 1, "tags", 2, "deep"), 22),
        (("models", 1, "quality", "default"), 26),
        (("models", 1, "rules", 1), 31),
        (("models", 1, "rules", 1, "at"), 32),
        (("a", "b.c", "end", 1), 35),
    ],
)
def test_a_value_stands_where_its_name_does(path: Place, line: int) -> None:
    assert Lines(TEXT).of(path) == line


def test_what_is_missing_should_stand_in_its_table() -> None:
    lines = Lines(TEXT)
    assert lines.of(("models", 1, "tier")) == lines.of(("models", 1)) == 14
    assert lines.of(("nowhere", "at all")) is None
    assert lines.of(()) is None


def leaves(found: Any, path: Place = ()) -> Iterator[Place]:
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for step, value in items:
        yield (*path, step)
        yield from leaves(value, (*path, step))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_in_every_file_is_found_where_its_name_stands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines, rows = Lines(text), text.splitlines()
    for place in leaves(tomllib.loads(text)):
        line = lines.of(place)
        assert line is not None
        name = next(step for step in reversed(place) if isinstance(step, str))
        assert isinstance(place[-1], int) or name in rows[line - 1]


values = st.recursive(
    st.integers() | st.booleans() | st.text("ab\"'\\#[]{}=,.\n ", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab-\"'#. ]", max_size=4), inner, max_size=3),
    max_leaves=8,
)


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(name)} = {written(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@given(st.lists(values, max_size=6))
def test_whatever_a_line_holds_the_next_is_found_too(rows: list[Any]) -> None:
    text = "".join(f"[[table]]\nrow = {written(value)} # [{number}]\n" for number, value in enumerate(rows))
    assert [one["row"] for one in tomllib.loads(text).get("table", [])] == rows
    lines = Lines(text)
    assert [lines.of(("table", number, "row")) for number in range(len(rows))] == [2 * n + 2 for n in range(len(rows))]
