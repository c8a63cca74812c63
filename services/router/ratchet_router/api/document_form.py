"""An upload as a form: its file goes on as it comes, its other fields are few and short."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final, Literal, TypeAlias

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ratchet_common.errors import RefusedError

FILE: Final = "file"
QUOTE_IN_NAME: Final = "%22"  # as browsers write it; all else comes as it is
LONGEST_FIELD: Final = 4_096  # bytes
MOST_PARTS: Final = 32
UTF8: Final = "utf-8"
Headers: TypeAlias = dict[bytes, bytes]


class WrongFormError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}.", errors=[{"field": field, "message": message}])


class DocumentForm:
    """Read `content` to its end; then `fields` are there, and `filename`."""

    def __init__(self, request: Request) -> None:
        """Raises WrongFormError."""
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise WrongFormError("body", "send the document as multipart/form-data, in the field file")
        self.fields: dict[str, str] = {}
        self.filename = ""
        self._request = request
        self._parts = _Parts(boundary)

    async def content(self) -> AsyncGenerator[bytes, None]:
        """Of the file, in pieces. Raises WrongFormError, ClientDisconnect."""
        files = 0
        async for what, name, piece in _events(self._parts, self._request.stream()):
            if what == "piece":
                yield piece
            elif what == "field":
                self._field(name, piece)
            else:
                files, self.filename = files + 1, name
                if files > 1:
                    raise WrongFormError(FILE, "send one file a request")
        if not files:
            raise WrongFormError(FILE, "it is missing")

    def _field(self, name: str, piece: bytes) -> None:
        try:
            self.fields[name] = self.fields.get(name, "") + piece.decode(UTF8)
        except UnicodeDecodeError:
            raise WrongFormError(name[:100], "it is not UTF-8") from None


Event: TypeAlias = tuple[Literal["file", "piece", "field"], str, bytes]  # its name: the file's, or the field's


async def _events(parts: "_Parts", stream: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """A file piece by piece, other fields as a whole. Raises WrongFormError."""
    async for came in stream:
        for event in parts.take(came):
            yield event
    if not parts.ended:
        raise WrongFormError("body", "the form ends too early: it was cut off")


class _Parts:
    """The parser's callbacks, gathered into events."""

    def __init__(self, boundary: bytes) -> None:
        self.ended = False
        self._events: list[Event] = []
        self._count = 0
        self._name = self._filename = ""
        self._held = b""  # of a field that is no file
        self._headers: Headers = {}
        self._header = self._value = b""
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._named,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._over,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def take(self, came: bytes) -> list[Event]:
        """Raises WrongFormError."""
        self._events = []
        try:
            self._parser.write(came)
        except FormParserError:
            raise WrongFormError("body", "the form cannot be read") from None
        return self._events

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise WrongFormError("body", f"the form has more than {MOST_PARTS} fields")
        self._headers, self._name, self._filename, self._held = {}, "", "", b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _named(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode(UTF8, "replace")
        self._filename = options.get(b"filename", b"").decode(UTF8, "replace").replace(QUOTE_IN_NAME, '"')
        if self._name == FILE:
            self._events.append(("file", self._filename, b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE:
            self._events.append(("piece", "", bytes(data[start:end])))
            return
        self._held += data[start:end]
        if len(self._held) > LONGEST_FIELD:
            raise WrongFormError(self._name[:100] or "body", f"it has more than {LONGEST_FIELD} bytes")

    def _end(self) -> None:
        if self._name != FILE:
            self._events.append(("field", self._name, self._held))

    def _over(self) -> None:
        self.ended = True
