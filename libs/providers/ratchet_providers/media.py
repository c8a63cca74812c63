"""What pictures, files and sounds in a chat count as: their base64 is no text, and no provider counts it as such.

Before a request is sent no more than the order of magnitude is needed. OpenAI counts a picture as 85 to about 1,450
tokens, Anthropic as width x height / 750 and at most some 1,600, Gemini as 258 for each tile; a page of a PDF counts as
258 (Gemini) to 3,000 (Anthropic: its text and its picture), and where a PDF does not show its pages its size stands for
them; a second of sound as 10 (OpenAI) to 32 (Gemini).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ratchet_providers.pdf_pages import pages_in

CHARACTERS_PER_TOKEN: Final = 4  # of English text, roughly
IMAGE_TOKENS: Final = 1_600  # of the largest: greater ones are made smaller before they are looked at
PAGE_TOKENS: Final = 2_000  # of a page of a PDF: its text, and its picture
PAGE_CHARACTERS: Final = 70_000  # of base64, for a usual page
SOUND_CHARACTERS_PER_TOKEN: Final = 500  # of base64: MP3 of 128 kbit/s at 32 tokens a second has about 670
MOST_TOKENS_OF_FILE: Final = 100_000  # a scan is large and has few pages, and pages differ: a file alone keeps none out
TEXT_FILE: Final = b'"data:text/'
BASE64: Final = b";base64,"
LONGEST_HEAD: Final = 200  # bytes


class Media(NamedTuple):
    """`size`: bytes of the chat's JSON that are no text. `tokens`: what those are estimated to count as."""

    size: int = 0
    tokens: int = 0


NO_MEDIA: Final = Media()


class _Message(msgspec.Struct, frozen=True):
    content: msgspec.Raw = msgspec.Raw(b"null")


class _File(msgspec.Struct, frozen=True):
    file_data: msgspec.Raw = msgspec.Raw(b"null")


class _Part(msgspec.Struct, frozen=True):
    type: Any = ""
    file: msgspec.Raw = msgspec.Raw(b"null")


_messages = msgspec.json.Decoder(list[_Message] | None)
_parts = msgspec.json.Decoder(list[msgspec.Raw])
_part = msgspec.json.Decoder(_Part)
_file = msgspec.json.Decoder(_File)


def media_in(messages: msgspec.Raw) -> Media:
    """Of messages in the chat shape, read without a copy of what they hold."""
    size = tokens = 0
    for message in _messages.decode(messages) or ():
        for raw in _parts_of(message.content):
            part = _part.decode(raw)
            counted = TOKENS.get(part.type) if isinstance(part.type, str) else None
            if counted is not None:
                size += len(memoryview(raw))
                tokens += counted(part, len(memoryview(raw)))
    return Media(size, tokens) if size else NO_MEDIA


def is_media(kind: object) -> bool:
    """Whether a part of that type is seen or heard, and not read."""
    return isinstance(kind, str) and kind in TOKENS


def document_tokens(base64: memoryview) -> int:
    """Of a PDF, from its pages where they can be seen, else from its size."""
    pages = pages_in(base64) or max(1, len(base64) // PAGE_CHARACTERS)
    return min(PAGE_TOKENS * pages, MOST_TOKENS_OF_FILE)


def _parts_of(content: msgspec.Raw) -> list[msgspec.Raw]:
    return _parts.decode(content) if bytes(memoryview(content)[:1]) == b"[" else []


def _of_image(_: _Part, __: int) -> int:
    return IMAGE_TOKENS


def _of_file(part: _Part, _: int) -> int:
    is_one = bytes(memoryview(part.file)[:1]) == b"{"  # anything else its provider will say
    data = memoryview(_file.decode(part.file).file_data if is_one else b"")
    if bytes(data[: len(TEXT_FILE)]) == TEXT_FILE:
        return len(data) * 3 // 4 // CHARACTERS_PER_TOKEN
    return document_tokens(data[_start_of(data) : -1])


def _start_of(data: memoryview) -> int:
    """Of what is behind the quotation mark, or behind the head of a data: address."""
    head = bytes(data[:LONGEST_HEAD]).find(BASE64)
    return 1 if head < 0 else head + len(BASE64)


def _of_sound(_: _Part, size: int) -> int:
    return min(size // SOUND_CHARACTERS_PER_TOKEN, MOST_TOKENS_OF_FILE)


TOKENS: Final[Mapping[str, Callable[[_Part, int], int]]] = {  # by a part's type
    "image_url": _of_image,
    "file": _of_file,
    "input_audio": _of_sound,
    "audio_url": _of_sound,
    "video_url": _of_sound,
}
