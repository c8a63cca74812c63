"""One part of a chat message as a block of Anthropic's."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_providers.anthropic.refusing import refused

Block = dict[str, Any]
IMAGES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")
DATA_URL: Final = re.compile(r"data:([^;,]*)((?:;[^;,]*)*),", re.IGNORECASE)
ANTHROPICS_FILE: Final = "file_"  # how the ids of its own files begin; OpenAI's begin with file-


def blocks_of(content: str | Sequence[Mapping[str, Any]] | None, where: str) -> list[Block]:
    """Text without a word is left out: the API takes none. Raises ProviderError naming the part that cannot be."""
    if content is None or isinstance(content, str):
        return text_blocks(content)
    found: list[Block] = []
    for number, part in enumerate(content):
        found += _blocks(part, f"{where}[{number}]")
    return found


def text_blocks(text: str | None) -> list[Block]:
    return [{"type": "text", "text": text}] if text and not text.isspace() else []


def _blocks(part: Mapping[str, Any], where: str) -> list[Block]:
    if not isinstance(kind := part.get("type"), str):
        raise refused(f"{where}.type", "it is missing, or no text")
    if kind in ("text", "refusal"):
        return [_marked(block, part) for block in text_blocks(_text(part, kind, where))]
    if kind == "image_url":
        return [_marked({"type": "image", "source": _image(part.get("image_url"), f"{where}.image_url")}, part)]
    if kind == "file":
        return [_marked(_file(part.get("file"), f"{where}.file"), part)]
    if kind == "input_audio":
        raise refused(where, "Anthropic's models take no audio: leave it out, or name a model that hears")
    return [dict(part)]  # one of Anthropic's own kinds; what it does not know it refuses itself


def _marked(block: Block, part: Mapping[str, Any]) -> Block:
    """`cache_control` is not OpenAI's, but what callers of gateways write where the prompt may be cached up to."""
    return block | {"cache_control": part["cache_control"]} if part.get("cache_control") else block


def _text(part: Mapping[str, Any], name: str, where: str) -> str:
    if not isinstance(text := part.get(name), str):
        raise refused(f"{where}.{name}", "it must be text")
    return text


def _image(given: Any, where: str) -> Block:
    url = given.get("url") if isinstance(given, dict) else given
    if not isinstance(url, str):
        raise refused(f"{where}.url", "it must be a URL")
    if url.lower().startswith(("http://", "https://")):
        return {"type": "url", "url": url}
    media, data = _data(url, f"{where}.url")
    if media not in IMAGES:
        raise refused(f"{where}.url", f"it must be an image of one of the types {', '.join(IMAGES)}")
    return {"type": "base64", "media_type": media, "data": data}


def _file(given: Any, where: str) -> Block:
    if not isinstance(given, dict):
        raise refused(where, "it must be an object")
    if isinstance(name := given.get("file_id"), str):
        if name.startswith(ANTHROPICS_FILE):
            return {"type": "document", "source": {"type": "file", "file_id": name}}
        raise refused(f"{where}.file_id", "Anthropic has no such file: send its content as file_data")
    if not isinstance(url := given.get("file_data"), str):
        raise refused(f"{where}.file_data", "it must be a data URL")
    media, data = _data(url, f"{where}.file_data")
    title = given.get("filename")
    return {"type": "document", "source": _document(media, data, f"{where}.file_data")} | (
        {"title": title} if isinstance(title, str) and title else {}
    )


def _document(media: str, data: str, where: str) -> Block:
    if media == "application/pdf":
        return {"type": "base64", "media_type": media, "data": data}
    if not media.startswith("text/"):
        raise refused(where, "it must be a PDF or a text")
    try:
        text = base64.b64decode(data).decode()
    except (binascii.Error, ValueError):
        raise refused(where, "it is no text in UTF-8 as base64") from None
    return {"type": "text", "media_type": "text/plain", "data": text}


def _data(url: str, where: str) -> tuple[str, str]:
    """The media type and the base64 of a data URL."""
    found = DATA_URL.match(url)
    if found is None or ";base64" not in found[2].lower():
        raise refused(where, "it must be a URL of http or https, or a data URL of base64")
    media = found[1].lower()
    return ("image/jpeg" if media == "image/jpg" else media), url[found.end() :]
