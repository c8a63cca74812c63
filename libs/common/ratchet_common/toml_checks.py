"""What a TOML file says, checked against what it may say; a fault is told with the line that it is in. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from ratchet_common.toml_lines import Lines, Place

T = TypeVar("T")

# As msgspec ends its sentences; `[...]` is a value in a mapping, and does not say under which key.
_PLACE: Final = re.compile(r" - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`$")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]|(\[\.\.\.\])")
_FIELD: Final = re.compile(r"(?:unknown|required|The) field `(\w+)`")


class MisplacedError(ValueError):
    """`path`: to what is wrong. `field`: of it, if it is one that should be there, or should not."""

    def __init__(self, path: Place, why: str, field: str = "") -> None:
        super().__init__(why)
        self.path, self.why, self.field = path, why, field

    def placed(self, text: str) -> str:
        """In one sentence without a stop, with the line. `text`: the file's."""
        line = Lines(text).of((*self.path, self.field) if self.field else self.path)
        where = [*([f"line {line}"] if line is not None else []), *_named(self.path)]
        return f"{', '.join(where)}: {self.why}" if where else self.why


def converted(found: Mapping[str, Any], kind: type[T]) -> T:
    """`found`: as tomllib gives it. Raises MisplacedError."""
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        said = str(error)
        place = _PLACE.search(said)
        why = said[: place.start()] if place else said
        field = _FIELD.search(why)
        raise MisplacedError(_path(said, found, kind), why, field[1] if field else "") from error


def _path(said: str, found: Any, kind: type) -> Place:
    place = _PLACE.search(said)
    if place is None:
        return ()
    path: Place = ()
    for name, number, _ in _STEP.findall(place["path"] + ("[...]" if place["key"] else "")):
        if name or number:
            path = (*path, name or int(number))
            continue
        key = _wrong_key(path, said, found, kind)
        if key is None:
            break
        found, path = _with_only(key, path, found), (*path, key)
    return path


def _wrong_key(path: Place, said: str, found: Any, kind: type) -> str | None:
    """The one that is refused in the same words when it is alone."""
    there = found
    for step in path:
        there = there[step]
    return next((key for key in there if _refusal(_with_only(key, path, found), kind) == said), None)


def _with_only(key: str, path: Place, found: Any) -> Any:
    if not path:
        return {key: found[key]}
    copy = found.copy()
    copy[path[0]] = _with_only(key, path[1:], found[path[0]])
    return copy


def _refusal(found: Any, kind: type) -> str:
    try:
        msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _named(path: Place) -> list[str]:
    dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return [f"`{dotted.removeprefix('.')}`"] if path else []
