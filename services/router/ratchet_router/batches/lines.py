"""The lines of a batch's input file: what each asks for, or what is wrong with it. Pure."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_router.batches.splitting import LINE_MOST, RawLine

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


class Reading:
    """The lines of one file, one after another."""

    def __init__(self, endpoint: str, *, most: int) -> None:
        self._endpoint, self._most = endpoint, most
        self._seen: set[bytes] = set()  # digests: the names of 50,000 requests may be long
        self.count = 0

    def line(self, raw: RawLine) -> Line:
        """Raises InvalidFileError for one more than a batch takes."""
        self.count += 1
        if self.count > self._most:
            raise InvalidFileError(
                "too_many_tasks",
                f"The input file has more than {self._most} requests, and a batch takes no more: split it.",
            )
        line = _one(raw, self._endpoint)
        name = hashlib.blake2b(line.custom_id.encode(), digest_size=16).digest()
        if line.wrong is None and name in self._seen:
            message = "The custom_id of this request is that of an earlier line: give each its own."
            line = _wrong(raw.number, line.custom_id, "duplicate_custom_id", message, "custom_id")
        self._seen.add(name)
        return line

    def end(self) -> None:
        """Raises InvalidFileError."""
        if not self.count:
            raise InvalidFileError("empty_file", "The input file is empty: write one request a line.")


def _one(line: RawLine, endpoint: str) -> Line:
    number, raw = line.number, line.content
    if raw is None:
        return _wrong(number, "", "line_too_long", f"A line has at most {LINE_MOST} bytes.")
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
