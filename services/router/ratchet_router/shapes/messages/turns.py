"""Anthropic's turns as messages of a chat."""

from collections.abc import Sequence
from typing import Any, Final

from ratchet_providers.carried_calls import parted
from ratchet_router.shapes.messages.blocks import (
    Block,
    Document,
    Image,
    Marked,
    Redacted,
    SearchResult,
    Source,
    Text,
    Thought,
    ToolResult,
    ToolUse,
    Unknown,
    blocks_in,
    blocks_of,
)
from ratchet_router.shapes.messages.body import Content, Turn
from ratchet_router.shapes.messages.invalid import InvalidMessagesError

Message = dict[str, Any]
Part = Any  # an object, or raw JSON where it is none of chat's
Located = Sequence[tuple[Block, str]]
PDF: Final = "application/pdf"
MARK: Final = "cache_control"


def chat_of(system: Content | None, turns: Sequence[Turn]) -> list[Message]:
    """Raises InvalidMessagesError naming what is wrong."""
    said = blocks_of(system, "system")
    messages = [{"role": "system", "content": _content(_parts(said))}] if said else []
    for number, turn in enumerate(turns):
        blocks = blocks_of(turn.content, f"messages[{number}].content")
        if turn.role == "assistant":
            messages.append(_assistant(blocks))
        else:
            messages += _user(turn.role, blocks)
    return messages


def _user(role: str, blocks: Located) -> list[Message]:
    """Results of tools first, as chat wants them; then what is said beside them."""
    results = [_result(block, where) for block, where in blocks if isinstance(block, ToolResult)]
    parts = _parts([(block, where) for block, where in blocks if not isinstance(block, ToolResult)])
    said = [{"role": role, "content": _content(parts)}] if parts or not results else []
    return results + said


def _result(block: ToolResult, where: str) -> Message:
    content = _content(_marked(_parts(blocks_in(block.content, f"{where}.content")), block))
    call_id, _ = parted(block.tool_use_id)
    message: Message = {"role": "tool", "tool_call_id": call_id, "content": content}
    return message | {"is_error": True} if block.is_error else message


def _assistant(blocks: Located) -> Message:
    thoughts = [block for block, _ in blocks if isinstance(block, Thought | Redacted)]
    calls = [_call(block) for block, _ in blocks if isinstance(block, ToolUse)]
    parts = _parts([pair for pair in blocks if not isinstance(pair[0], Thought | Redacted | ToolUse)])
    message: Message = {"role": "assistant", "content": _words(parts) if parts or not calls else None}
    if calls:
        message["tool_calls"] = calls
    if thoughts:
        message["thinking_blocks"] = [_thought(block) for block in thoughts]
    if words := "".join(block.thinking for block in thoughts if isinstance(block, Thought)):
        message["reasoning_content"] = words
    return message


def _call(block: ToolUse) -> Message:
    function = {"name": block.name, "arguments": bytes(block.input).decode()}
    call_id, extra = parted(block.id)
    call = {"id": call_id, "type": "function", "function": function}
    return call | {"extra_content": extra} if extra else call


def _thought(block: Thought | Redacted) -> dict[str, str]:
    if isinstance(block, Redacted):
        return {"type": "redacted_thinking", "data": block.data}
    return {"type": "thinking", "thinking": block.thinking, "signature": block.signature}


def _content(parts: Sequence[Part]) -> str | list[Part]:
    """One text is written as text: not every model takes parts everywhere."""
    if not parts:
        return ""
    first = parts[0]
    return first["text"] if len(parts) == 1 and _is_text(first) else list(parts)


def _words(parts: Sequence[Part]) -> str | list[Part]:
    """What a model said goes on without a break from one block to the next."""
    return "".join(part["text"] for part in parts) if all(map(_is_text, parts)) else list(parts)


def _is_text(part: Part) -> bool:
    """And no more than that."""
    return isinstance(part, dict) and part["type"] == "text" and MARK not in part


def _parts(blocks: Located) -> list[Part]:
    return [part for block, where in blocks for part in _marked(_part(block, where), block)]


def _marked(parts: list[Part], block: Block) -> list[Part]:
    """As callers of chat mark where a prompt may be cached up to, for models that are told so."""
    mark = block.cache_control if isinstance(block, Marked) else None
    if not (isinstance(mark, dict) and parts and isinstance(parts[-1], dict)):
        return parts
    return [*parts[:-1], parts[-1] | {MARK: mark}]


def _part(block: Block, where: str) -> list[Part]:
    match block:
        case Text():
            return [{"type": "text", "text": block.text}]
        case Image():
            return [_image(block.source, where)]
        case Document():
            return _document(block, where)
        case SearchResult():
            found = [f"{block.title}\n{block.source}", *_texts(blocks_of(block.content, f"{where}.content"))]
            return [{"type": "text", "text": "\n\n".join(found)}]
        case Unknown():
            return [block.raw]
        case _:
            raise InvalidMessagesError(where, "a block of this type does not belong here")


def _texts(blocks: Located) -> list[str]:
    return [block.text for block, _ in blocks if isinstance(block, Text)]


def _image(source: Source, where: str) -> Part:
    if source.type == "base64":
        if source.media_type is None or source.data is None:
            raise InvalidMessagesError(f"{where}.source", "it must have media_type and data")
        return {"type": "image_url", "image_url": {"url": f"data:{source.media_type};base64,{source.data}"}}
    if source.url is None:
        raise InvalidMessagesError(f"{where}.source.url", "it is missing")
    return {"type": "image_url", "image_url": {"url": source.url}}


def _document(block: Document, where: str) -> list[Part]:
    """A text as text, a PDF as a file."""
    source = block.source
    about = [text for text in (block.title, block.context) if text]
    if source.type == "content":
        told = [{"type": "text", "text": text} for text in about]
        return told + _parts(blocks_in(source.content, f"{where}.source.content"))
    if source.data is None:
        raise InvalidMessagesError(f"{where}.source.data", "it is missing")
    if source.type == "text":
        return [{"type": "text", "text": "\n\n".join([*about, source.data])}]
    url = f"data:{source.media_type or PDF};base64,{source.data}"
    return [{"type": "file", "file": {"filename": block.title or "document.pdf", "file_data": url}}]
