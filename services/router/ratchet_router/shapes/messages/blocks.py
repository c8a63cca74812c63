"""Blocks of Anthropic's messages, each read by its kind; those that chat has no place for stay as they are."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_router.shapes.messages.body import Content, Read
from ratchet_router.shapes.messages.invalid import InvalidMessagesError, invalid

NOTHING: Final = msgspec.Raw(b'""')
_raws = msgspec.json.Decoder(Content | None)


class Marked(Read, frozen=True, kw_only=True):
    """`cache_control`: the prompt may be cached up to here."""

    cache_control: Any = None


class Text(Marked, frozen=True, kw_only=True):
    text: str


class Source(Read, frozen=True, kw_only=True):
    """`content`: of a document that is blocks itself."""

    type: str
    media_type: str | None = None
    data: str | None = None
    url: str | None = None
    content: msgspec.Raw = NOTHING


class Image(Marked, frozen=True, kw_only=True):
    source: Source


class Document(Marked, frozen=True, kw_only=True):
    source: Source
    title: str | None = None
    context: str | None = None


class SearchResult(Marked, frozen=True, kw_only=True):
    source: str
    title: str
    content: list[msgspec.Raw]


class ToolUse(Read, frozen=True, kw_only=True):
    id: str
    name: str
    input: msgspec.Raw


class ToolResult(Marked, frozen=True, kw_only=True):
    tool_use_id: str
    content: msgspec.Raw = NOTHING
    is_error: bool | None = None


class Thought(Read, frozen=True, kw_only=True):
    thinking: str
    signature: str


class Redacted(Read, frozen=True, kw_only=True):
    data: str


class Unknown(Read, frozen=True, kw_only=True):
    """Such as what Anthropic's own tools were asked and gave, or what lies in its files: others refuse it by name."""

    type: str
    raw: msgspec.Raw


Block = Text | Image | Document | SearchResult | ToolUse | ToolResult | Thought | Redacted | Unknown


class _Kind(msgspec.Struct, frozen=True):
    type: str


_kind = msgspec.json.Decoder(_Kind)
KINDS: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    "text": msgspec.json.Decoder(Text),
    "image": msgspec.json.Decoder(Image),
    "document": msgspec.json.Decoder(Document),
    "search_result": msgspec.json.Decoder(SearchResult),
    "tool_use": msgspec.json.Decoder(ToolUse),
    "tool_result": msgspec.json.Decoder(ToolResult),
    "thinking": msgspec.json.Decoder(Thought),
    "redacted_thinking": msgspec.json.Decoder(Redacted),
}


HERE: Final = {"image": ("base64", "url"), "document": ("base64", "text", "content")}  # sources that chat can hold


def blocks_of(content: Content | None, where: str) -> list[tuple[Block, str]]:
    """Each with where it stands. Raises InvalidMessagesError."""
    if content is None or isinstance(content, str):
        return [(Text(text=content), where)] if content else []
    return [(_block(raw, f"{where}[{number}]"), f"{where}[{number}]") for number, raw in enumerate(content)]


def blocks_in(raw: msgspec.Raw, where: str) -> list[tuple[Block, str]]:
    """Of a field that is text or blocks."""
    try:
        return blocks_of(_raws.decode(raw), where)
    except msgspec.ValidationError as error:
        raise invalid(error, where) from None


def _block(raw: msgspec.Raw, where: str) -> Block:
    try:
        kind = _kind.decode(raw).type
        decoder = KINDS.get(kind)
        block: Block = Unknown(type=kind, raw=raw) if decoder is None else decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise invalid(error, where) from None
    if isinstance(block, Image | Document) and block.source.type not in HERE[kind]:
        return Unknown(type=kind, raw=raw)
    if isinstance(block, ToolUse) and not bytes(block.input).startswith(b"{"):
        raise InvalidMessagesError(f"{where}.input", "it must be an object")
    return block
