"""Where a table or a value stands in a TOML file: tomllib gives none of them a line. Pure."""

import re
import tomllib
from collections.abc import Callable, Sequence
from typing import Final

Place = tuple[str | int, ...]  # names, and places in arrays from 0 on

_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)*")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'", re.DOTALL
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'")
_DOT: Final = re.compile(r"[ \t]*\.[ \t]*")


class Lines:
    """`text`: what tomllib has read without an error."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._found: dict[Place, int] = {}
        self._last: dict[Place, int] = {}  # of arrays of tables: the place that was begun last
        self._read()

    def of(self, path: Sequence[str | int]) -> int | None:
        """From 1 on; of what is not there itself, such as a field that is missing, the table that it should be in."""
        known = (self._found.get(tuple(path[:length])) for length in range(len(path), 0, -1))
        return next((line for line in known if line is not None), None)

    def _read(self) -> None:
        table: Place = ()
        while self._skip() < len(self._text):
            if self._text[self._at] == "[":
                table = self._head()
            else:
                self._pair(table)

    def _head(self) -> Place:
        begins = self._at
        many = self._text.startswith("[[", begins)
        self._at += 2 if many else 1
        path: Place = ()
        for name in self._names():
            path = self._within((*path, name))
        if many:
            path = path[:-1] if isinstance(path[-1], int) else path
            self._last[path] = self._last.get(path, -1) + 1
            path = (*path, self._last[path])
        self._at = self._text.index("]", self._at) + (2 if many else 1)
        self._note(path, begins)
        return path

    def _within(self, path: Place) -> Place:
        return (*path, self._last[path]) if path in self._last else path

    def _pair(self, table: Place) -> None:
        begins = self._skip()
        path = (*table, *self._names())
        self._note(path, begins)
        self._at = self._text.index("=", self._at) + 1
        self._value(path)

    def _value(self, path: Place) -> None:
        begins = self._skip()
        match self._text[begins]:
            case "{":
                self._inside("}", lambda _: self._pair(path))
            case "[":
                self._inside("]", lambda number: self._element((*path, number)))
            case '"' | "'":
                self._past(_STRING)
            case _:
                self._past(_SCALAR)

    def _inside(self, end: str, each: Callable[[int], None]) -> None:
        self._at += 1
        number = 0
        while self._text[self._skip()] != end:
            each(number)
            number += 1
            if self._text[self._skip()] == ",":
                self._at += 1
        self._at += 1

    def _element(self, path: Place) -> None:
        self._note(path, self._skip())
        self._value(path)

    def _names(self) -> list[str]:
        self._skip()
        names = [_bare(self._past(_NAME))]
        while _DOT.match(self._text, self._at):
            self._past(_DOT)
            names.append(_bare(self._past(_NAME)))
        return names

    def _note(self, path: Place, at: int) -> None:
        """A table that is only named within another's name stands where it is named first."""
        line = self._text.count("\n", 0, at) + 1
        for length in range(1, len(path) + 1):
            self._found.setdefault(path[:length], line)

    def _skip(self) -> int:
        self._past(_BLANK)
        return self._at

    def _past(self, expected: re.Pattern[str]) -> str:
        found = expected.match(self._text, self._at)
        if found is None:
            raise ValueError("The text is no TOML.")
        self._at = found.end()
        return found[0]


def _bare(name: str) -> str:
    return next(iter(tomllib.loads(f"{name} = 0"))) if name[0] in "\"'" else name
