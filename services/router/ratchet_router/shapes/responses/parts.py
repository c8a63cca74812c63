"""The parts of a message's content, as chat has them."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ratchet_router.shapes.responses.body import Item
from ratchet_router.shapes.responses.errors import Beyond, InvalidResponsesError, invalid, named

TEXTS: Final = frozenset({"input_text", "output_text", "text"})
SEEN_OR_HEARD: Final = frozenset({"input_image", "input_file", "input_audio"})


class TextPart(msgspec.Struct, frozen=True):
    text: str


class RefusalPart(msgspec.Struct, frozen=True):
    refusal: str


class ImagePart(msgspec.Struct, frozen=True):
    image_url: Annotated[str, Meta(min_length=1)] | None = None
    file_id: str | None = None
    detail: str | None = None


class FilePart(msgspec.Struct, frozen=True):
    file_data: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    filename: str | None = None


class Audio(msgspec.Struct, frozen=True):
    data: str
    format: str


class AudioPart(msgspec.Struct, frozen=True):
    input_audio: Audio


def chat_part(part: Item, at: str) -> Item | Beyond:
    """`at`: where it lies in the body. Raises InvalidResponsesError."""
    kind = part.get("type")
    if not isinstance(kind, str):
        raise InvalidResponsesError(f"{at}.type", "it is missing: a part says what it is, such as input_text")
    try:
        if kind in TEXTS:
            return {"type": "text", "text": msgspec.convert(part, TextPart).text}
        if kind == "refusal":
            return {"type": "refusal", "refusal": msgspec.convert(part, RefusalPart).refusal}
        if kind == "input_image":
            return _image(msgspec.convert(part, ImagePart), at)
        if kind == "input_file":
            return _file(msgspec.convert(part, FilePart), at)
        if kind == "input_audio":
            audio = msgspec.convert(part, AudioPart).input_audio
            return {"type": "input_audio", "input_audio": {"data": audio.data, "format": audio.format}}
    except msgspec.ValidationError as error:
        raise invalid(error, at) from None
    return Beyond(f"{at}.type", f"chat knows no part of this type: {named(kind)}")


def _image(part: ImagePart, at: str) -> Item | Beyond:
    if part.image_url is None:
        if part.file_id is None:
            raise InvalidResponsesError(f"{at}.image_url", "an image needs its URL: https, or data with its bytes")
        return Beyond(f"{at}.file_id", "chat takes no image from a file: send its URL, or its bytes as a data URL")
    url: Item = {"url": part.image_url}
    return {"type": "image_url", "image_url": url if part.detail is None else url | {"detail": part.detail}}


def _file(part: FilePart, at: str) -> Item | Beyond:
    given = {"file_data": part.file_data, "file_id": part.file_id, "filename": part.filename}
    if part.file_data is None and part.file_id is None:
        if part.file_url is None:
            raise InvalidResponsesError(f"{at}.file_data", "a file needs its bytes, its id or its URL")
        return Beyond(f"{at}.file_url", "chat takes no file by its URL: send its bytes")
    return {"type": "file", "file": {name: value for name, value in given.items() if value is not None}}


def chat_content(content: str | list[Item], at: str) -> tuple[Any, list[Beyond]]:
    """A string where one text is all, else the parts; and what of them chat has no words for."""
    if isinstance(content, str):
        return content, []
    found = [chat_part(part, f"{at}[{number}]") for number, part in enumerate(content)]
    parts = [part for part in found if not isinstance(part, Beyond)]
    beyond = [part for part in found if isinstance(part, Beyond)]
    if len(parts) == 1 and parts[0]["type"] == "text" and not beyond:
        return parts[0]["text"], []
    return parts, beyond
