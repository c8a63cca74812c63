"""How many tokens a request has, where its model's provider does not say: an estimate, and called one."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_providers.media import IMAGE_TOKENS, document_tokens
from ratchet_providers.usage import estimated_tokens
from ratchet_router.shapes.messages.blocks import (
    Block,
    Document,
    Image,
    Redacted,
    SearchResult,
    Text,
    Thought,
    ToolResult,
    ToolUse,
    blocks_in,
    blocks_of,
)
from ratchet_router.shapes.messages.body import Counted

A_TURN: Final = 4  # tokens around what somebody says
AS_JSON: Final = ("tools", "tool_choice", "output_config")


def estimated_count(asked: Counted, given: Mapping[str, msgspec.Raw]) -> int:
    """Tokens. `given`: all fields, as they came. Raises InvalidMessagesError where a block is none."""
    tokens = estimated_tokens(sum(len(memoryview(given[name])) for name in AS_JSON if name in given))
    said = [blocks_of(asked.system, "system")]
    said += [blocks_of(turn.content, f"messages[{number}].content") for number, turn in enumerate(asked.messages)]
    return tokens + sum(A_TURN + sum(_tokens(block, where) for block, where in blocks) for blocks in said if blocks)


def count_body(tokens: int) -> dict[str, Any]:
    """In the shape of Anthropic's count."""
    return {"input_tokens": tokens, "ratchet": {"estimated": True}}


def _tokens(block: Block, where: str) -> int:
    match block:
        case Text():
            return estimated_tokens(len(block.text))
        case Image():
            return IMAGE_TOKENS
        case Document():
            return _of_document(block, where)
        case ToolUse():
            return estimated_tokens(len(block.name) + len(memoryview(block.input)))
        case ToolResult():
            return sum(_tokens(one, there) for one, there in blocks_in(block.content, f"{where}.content"))
        case SearchResult():
            inner = sum(_tokens(one, there) for one, there in blocks_of(block.content, f"{where}.content"))
            return estimated_tokens(len(block.title) + len(block.source)) + inner
        case Thought():
            return estimated_tokens(len(block.thinking))
        case Redacted():
            return estimated_tokens(len(block.data))
    return estimated_tokens(len(memoryview(block.raw)))


def _of_document(block: Document, where: str) -> int:
    source = block.source
    if source.type == "content":
        return sum(_tokens(one, there) for one, there in blocks_in(source.content, f"{where}.source.content"))
    data = source.data or ""
    return estimated_tokens(len(data)) if source.type == "text" else document_tokens(memoryview(data.encode()))
