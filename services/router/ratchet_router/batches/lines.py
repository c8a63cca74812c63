"""The lines of a batch's input file: what each asks for, or what is wrong with it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

LONGEST_ID: Final = 512


class LineError(msgspec.Struct, frozen=True, kw_only=True):
    """As OpenAI's: `code` is stable. `line` counts from 1; None where it is the whole file."""

    code: str
    message: str
    param: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`wrong`: it fails alone, and `body` is empty. `custom_id` is empty where it could not be read."""

    number: int
    custom_id: str
    body: bytes = b""
    wrong: LineError | None = None


class InvalidFileError(Exception):
    """Nothing of the file can be asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.error = LineError(code=code, message=message)


class _Line(msgspec.Struct, frozen=True):
    custom_id: Any = None
    method: Any = None
    url: Any = None
    body: msgspec.Raw = msgspec.Raw(b"null")


_line = msgspec.json.Decoder(_Line)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def lines_of(content: bytes, endpoint: str, *, most: int) -> list[Line]:
    """Empty lines count and are passed over. Raises InvalidFileError."""
    numbered = [(number, raw) for number, raw in enumerate(content.split(b"\n"), 1) if raw.strip()]
    if not numbered:
        raise InvalidFileError("empty_file", "The input file is empty: write one request a line.")
    if len(numbered) > most:
        raise InvalidFileError(
            "too_many_tasks", f"The input file has {len(numbered)} requests, and a batch takes {most}: split it."
        )
    return list(_read(numbered, endpoint))


def _read(numbered: list[tuple[int, bytes]], endpoint: str) -> Iterator[Line]:
    seen: set[str] = set()
    for number, raw in numbered:
        line = _one(number, raw, endpoint)
        if line.wrong is None and line.custom_id in seen:
            message = "The custom_id of this request is that of an earlier line: give each its own."
            line = _wrong(number, line.custom_id, "duplicate_custom_id", message, "custom_id")
        seen.add(line.custom_id)
        yield line


def _one(number: int, raw: bytes, endpoint: str) -> Line:
    try:
        raw.decode()
        said = _line.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _wrong(number, "", "invalid_json_line", "This line is not parseable as valid JSON.")
    custom_id = said.custom_id if isinstance(said.custom_id, str) and len(said.custom_id) <= LONGEST_ID else ""
    if not custom_id:
        message = f"custom_id must be there, a text of 1 to {LONGEST_ID} characters."
        return _wrong(number, "", "missing_required_parameter", message, "custom_id")
    if said.method != "POST":
        return _wrong(number, custom_id, "invalid_method", "The method must be POST.", "method")
    if said.url != endpoint:
        message = f"The url must be the batch's endpoint, {endpoint}."
        return _wrong(number, custom_id, "mismatched_endpoint", message, "url")
    if not _is_object(said.body):
        return _wrong(number, custom_id, "missing_required_parameter", "body must be there, an object.", "body")
    return Line(number, custom_id, bytes(said.body))


def _is_object(raw: msgspec.Raw) -> bool:
    try:
        _object.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _wrong(number: int, custom_id: str, code: str, message: str, param: str | None = None) -> Line:
    return Line(number, custom_id, wrong=LineError(code=code, message=message, param=param, line=number))
