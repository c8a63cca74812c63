"""A streamed answer as OpenAI's chat completions give it."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_assembly import usage_in_chat
from ratchet_router.shapes.data_lines import data_lines
from ratchet_router.shapes.shape import Failure

END = b"data: [DONE]\n\n"
_encode = msgspec.json.Encoder().encode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
USUAL: Final = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation"}
)


class ChatFrames:
    """`usage_asked`: the caller wants the last chunk to count tokens; else what counts them for us is hidden."""

    def __init__(self, id: str, model: str, created: int, *, usage_asked: bool) -> None:  # noqa: A002  its name there
        self._frame: dict[str, Any] = {"id": id, "object": "chat.completion.chunk", "created": created, "model": model}
        self._usage_asked, self._counted, self._named = usage_asked, False, False

    def said(self, pieces: Sequence[Piece]) -> bytes:
        return b"".join([b"data: %b\n\n" % data_lines(data) for piece in pieces if (data := self._data(piece))])

    def ended(self, usage: Usage, about: bytes) -> bytes:
        counted = b""
        if self._usage_asked and not self._counted:
            counted = b"data: %b\n\n" % _encode(self._frame | {"choices": [], "usage": usage_in_chat(usage)})
        return b"%b: ratchet %b\n\n%b" % (counted, about, END)

    def failed(self, failure: Failure) -> bytes:
        kind = "server_error" if failure.status >= 500 else "invalid_request_error"
        said = {"message": failure.message, "type": kind, "param": failure.param, "code": failure.code}
        return b"data: %b\n\n" % _encode({"error": said})

    def _data(self, piece: Piece) -> bytes:
        chunk = piece.chunk
        if chunk is None:
            return b""
        counts = piece.usage is not None or isinstance(chunk.usage, msgspec.Struct)
        if counts and not chunk.choices:
            if piece.usage is None or not self._usage_asked:
                return b""  # what counts nothing is no count: the estimate comes at the end
            self._counted = True
        elif not chunk.choices and not self._usage_asked and _is_empty(piece.data):
            return b""
        hides = counts and not self._usage_asked  # beside words
        if not self._named and chunk.id:
            self._frame |= {"id": chunk.id, "created": chunk.created, "model": chunk.model or self._frame["model"]}
            self._named = True
        if piece.data and chunk.id == self._frame["id"] and not hides:
            return piece.data
        return self._built(piece)

    def _built(self, piece: Piece) -> bytes:
        """For what has no id or did not come as chunks, and for what another call goes on with: one id throughout."""
        chunk: dict[str, Any] = _fields(piece.data or _encode(piece.chunk))
        if piece.usage is not None and piece.chunk is not None and not piece.chunk.choices:
            chunk["usage"] = usage_in_chat(piece.usage)
        elif not self._usage_asked:
            chunk.pop("usage", None)
        return _encode(chunk | self._frame)


def _is_empty(data: bytes) -> bool:
    """A chunk that says nothing, such as one where counts would be: who did not ask for them looks for a choice."""
    return not data or not _fields(data).keys() - USUAL
