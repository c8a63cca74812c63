"""Parts of a chat message as Converse's content blocks."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from ratchet_providers.bedrock.refusing import refused

Block = dict[str, Any]
IMAGES: Final[Mapping[str, str]] = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
DOCUMENTS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
ENDINGS: Final[Mapping[str, str]] = {"htm": "html", "markdown": "md"}
AUDIO: Final = ("mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "m4a", "mpeg", "mpga", "pcm", "webm")
LIFETIMES: Final = ("5m", "1h")  # of what is cached
DATA_URL: Final = re.compile(r"data:([^;,]*)(?:;[^;,]*)*;base64,", re.IGNORECASE)
UNNAMEABLE: Final = re.compile(r"[^A-Za-z0-9()\[\]-]+")  # in a document's name; one space may stand between two words
LONGEST_NAME: Final = 180
ONLY_DATA = "Bedrock fetches nothing: send it as a data URL of base64"  # an S3 URL would be read with our own rights


def text_blocks(text: str | None) -> list[Block]:
    """Text without a word is left out: Converse takes none."""
    return [{"text": text}] if text and not text.isspace() else []


def cache_point(marked: Mapping[str, Any]) -> list[Block]:
    """`cache_control` is not OpenAI's, but what callers of gateways write where the prompt may be cached up to."""
    asked = marked.get("cache_control")
    if not isinstance(asked, dict):
        return []
    lifetime = {"ttl": asked["ttl"]} if asked.get("ttl") in LIFETIMES else {}
    return [{"cachePoint": {"type": "default", **lifetime}}]


class Parts:
    """Of one request: the names of its documents must differ."""

    def __init__(self, *, caches: bool) -> None:
        self._caches = caches
        self._names: set[str] = set()
        self._asked_for: Counter[str] = Counter()

    def blocks(self, content: str | Sequence[Mapping[str, Any]] | None, where: str) -> list[Block]:
        """Raises ProviderError naming the part that cannot be."""
        if content is None or isinstance(content, str):
            return text_blocks(content)
        found: list[Block] = []
        for number, part in enumerate(content):
            if block := self._block(part, f"{where}[{number}]"):
                found += block + (cache_point(part) if self._caches else [])
        return found

    def _block(self, part: Mapping[str, Any], where: str) -> list[Block]:
        kind = part.get("type")
        if kind in ("text", "refusal"):
            return text_blocks(_text(part, str(kind), where))
        if kind == "image_url":
            return [{"image": _image(part.get("image_url"), f"{where}.image_url")}]
        if kind == "file":
            return [{"document": self._document(_object(part, "file", where), f"{where}.file")}]
        if kind == "input_audio":
            return [{"audio": _audio(_object(part, "input_audio", where), f"{where}.input_audio")}]
        raise refused(f"{where}.type", "Bedrock takes text, image_url, input_audio and file")

    def _document(self, file: Mapping[str, Any], where: str) -> Block:
        if file.get("file_id"):
            raise refused(f"{where}.file_id", "Bedrock has no such file: send its content as file_data")
        data = _text(file, "file_data", where)
        name = file.get("filename") if isinstance(file.get("filename"), str) else ""
        path = PurePath(name or "document")
        media, content = _data(data, f"{where}.file_data") if data[:5].lower() == "data:" else ("", data)
        ending = path.suffix[1:].lower()
        ending = ENDINGS.get(ending, ending)
        form = DOCUMENTS.get(media) or (ending if ending in DOCUMENTS.values() else "")
        if not form:
            raise refused(f"{where}.file_data", f"it must be one of {', '.join(sorted(DOCUMENTS.values()))}")
        return {"format": form, "name": self._named(path.stem), "source": {"bytes": content}}

    def _named(self, stem: str) -> str:
        name = UNNAMEABLE.sub(" ", stem)[:LONGEST_NAME].strip() or "document"
        self._asked_for[name] += 1
        own = name if self._asked_for[name] == 1 else f"{name} {self._asked_for[name]}"
        while own in self._names:
            own += " again"
        self._names.add(own)
        return own


def _image(given: Any, where: str) -> Block:
    url = given.get("url") if isinstance(given, dict) else given
    if not isinstance(url, str):
        raise refused(f"{where}.url", "it must be a URL")
    media, content = _data(url, f"{where}.url")
    if media not in IMAGES:
        raise refused(f"{where}.url", "it must be a PNG, JPEG, GIF or WebP")
    return {"format": IMAGES[media], "source": {"bytes": content}}


def _audio(given: Mapping[str, Any], where: str) -> Block:
    if given.get("format") not in AUDIO:
        raise refused(f"{where}.format", f"it must be one of {', '.join(AUDIO)}")
    return {"format": given["format"], "source": {"bytes": _text(given, "data", where)}}


def _data(url: str, where: str) -> tuple[str, str]:
    """The media type and the base64 of a data URL."""
    found = DATA_URL.match(url)
    if found is None:
        raise refused(where, ONLY_DATA)
    if found.end() == len(url):
        raise refused(where, "it is empty")
    return found[1].lower(), url[found.end() :]


def _object(part: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    if not isinstance(value := part.get(name), dict):
        raise refused(f"{where}.{name}", "it must be an object")
    return value


def _text(part: Mapping[str, Any], name: str, where: str) -> str:
    if not isinstance(value := part.get(name), str):
        raise refused(f"{where}.{name}", "it must be text")
    return value
