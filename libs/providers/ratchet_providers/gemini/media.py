"""Parts of a chat message as Gemini's: text, and what is given inline or by its address. Pure."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from ratchet_providers.gemini.refusing import refused

Part = dict[str, Any]
BASE64: Final = ";base64"
SCHEMES: Final = ("http", "https", "gs")
KNOWN_AS: Final[Mapping[str, str]] = {"image/jpg": "image/jpeg", "audio/x-wav": "audio/wav", "audio/mpeg": "audio/mp3"}
OF_SUFFIX: Final[Mapping[str, str]] = {
    ".aac": "audio/aac",
    ".csv": "text/csv",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".htm": "text/html",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".md": "text/md",
    ".mov": "video/mov",
    ".mp3": "audio/mp3",
    ".mp4": "video/mp4",
    ".mpeg": "video/mpeg",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
}


class _At(msgspec.Struct, frozen=True):
    url: str


class _Audio(msgspec.Struct, frozen=True):
    data: str
    format: str


class _File(msgspec.Struct, frozen=True):
    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class _Chat(msgspec.Struct, frozen=True):
    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: _At | str | None = None
    video_url: _At | str | None = None
    input_audio: _Audio | None = None
    file: _File | None = None


def parts_of(content: str | Sequence[Mapping[str, Any]] | None, where: str) -> list[Part]:
    """`where` names the content for whoever is told that it cannot be. Empty text is left out: Gemini takes none.

    Raises ProviderError.
    """
    if content is None or isinstance(content, str):
        return [{"text": content}] if content else []
    parts = (_part(part, f"{where}[{number}]") for number, part in enumerate(content))
    return [part for part in parts if part is not None]


def _part(given: Mapping[str, Any], where: str) -> Part | None:
    try:
        part = msgspec.convert(given, _Chat)
    except msgspec.ValidationError as error:
        raise refused(where, f"is no part of a message: {str(error).replace('$', where)}.") from None
    match part:
        case _Chat(type="text", text=str(text)) | _Chat(type="refusal", refusal=str(text)):
            return {"text": text} if text else None
        case _Chat(type="image_url", image_url=_At() | str() as at):
            return _addressed(at, f"{where}.image_url", "image/jpeg")
        case _Chat(type="video_url", video_url=_At() | str() as at):
            return _addressed(at, f"{where}.video_url", "video/mp4")
        case _Chat(type="input_audio", input_audio=_Audio() as audio):
            return _inline(f"audio/{audio.format}", audio.data)
        case _Chat(type="file", file=_File() as file):
            return _file(file, f"{where}.file")
    raise refused(f"{where}.type", "is none that Gemini takes: send text, image_url, input_audio or file.")


def _addressed(at: _At | str, where: str, unless_said: str) -> Part:
    url = at if isinstance(at, str) else at.url
    if url.startswith("data:"):
        return _of_data_url(url, where, unless_said)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise refused(where, "is a malformed URL.") from None
    if parts.scheme not in SCHEMES:
        raise refused(where, "must be a data: URL, or one of http, https or gs.")
    return {"fileData": {"fileUri": url, "mimeType": _kind_of(parts.path, unless_said)}}


def _kind_of(name: str, unless_known: str) -> str:
    return OF_SUFFIX.get(PurePosixPath(name).suffix.lower(), unless_known)


def _of_data_url(url: str, where: str, unless_said: str) -> Part:
    head, comma, data = url.partition(",")
    if not comma or not head.endswith(BASE64):
        raise refused(where, "is a data: URL that is not in base64: send data:MIME_TYPE;base64,DATA.")
    mime = head.removeprefix("data:").partition(";")[0]
    return _inline(mime or unless_said, data)


def _inline(mime: str, data: str) -> Part:
    return {"inlineData": {"mimeType": KNOWN_AS.get(mime, mime), "data": data}}


def _file(file: _File, where: str) -> Part:
    if file.file_id:
        if urlsplit(file.file_id).scheme in SCHEMES:
            return _addressed(file.file_id, f"{where}.file_id", "application/pdf")
        raise refused(f"{where}.file_id", "names no file of Gemini's: send file_data, or the URI of one of its files.")
    if not file.file_data:
        raise refused(where, "holds neither file_data nor file_id.")
    guessed = _kind_of(file.filename or "", "application/pdf")
    if file.file_data.startswith("data:"):
        return _of_data_url(file.file_data, f"{where}.file_data", guessed)
    return _inline(guessed, file.file_data)
