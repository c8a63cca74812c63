"""A whole message as the events that it would have been streamed in: for what was kept."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from ratchet_providers.anthropic.as_it_came import AsItCame
from ratchet_providers.anthropic.message import Message
from ratchet_providers.base import Piece
from ratchet_providers.replay import BIT
from ratchet_providers.sse import Event

ENDING: Final = ("stop_reason", "stop_sequence", "stop_details", "container")
COUNTS: Final = (
    "input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "server_tool_use",
    "output_tokens_details",
)  # fmt: skip  # what the end of a stream counts
Fields = dict[str, Any]
_message = msgspec.json.Decoder(Message)


def replayed(body: Mapping[str, msgspec.Raw]) -> list[Piece]:
    """Its pieces, in Anthropic's shape. Raises msgspec.DecodeError for what is no message."""
    whole = msgspec.json.encode(body)
    _message.decode(whole)
    return AsItCame().pieces([_event(kind, fields) for kind, fields in _events(msgspec.json.decode(whole))])


def _event(kind: str, fields: Fields) -> Event:
    return Event(kind, msgspec.json.encode({"type": kind, **fields}))


def _events(message: Fields) -> Iterator[tuple[str, Fields]]:
    usage = message.get("usage") or {}
    unended = {name: None for name in ENDING if name in message}
    yield "message_start", {"message": {**message, **unended, "content": []}}
    for index, block in enumerate(message["content"]):
        empty, deltas = _parts(block)
        yield "content_block_start", {"index": index, "content_block": empty}
        for delta in deltas:
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    counts = {name: usage[name] for name in COUNTS if usage.get(name) is not None}
    yield "message_delta", {"delta": {name: message[name] for name in ENDING if name in message}, "usage": counts}
    yield "message_stop", {}


def _parts(block: Fields) -> tuple[Fields, list[Fields]]:
    """The block as it begins, and what is added to it."""
    kind = block.get("type")
    if kind == "text":
        cited = [{"type": "citations_delta", "citation": one} for one in block.get("citations") or ()]
        said = [{"type": "text_delta", "text": bit[0]} for bit in BIT.finditer(block["text"])]
        return {name: value for name, value in block.items() if name != "citations"} | {"text": ""}, [*cited, *said]
    if kind == "thinking":
        thought = [{"type": "thinking_delta", "thinking": block["thinking"]}] if block["thinking"] else []
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return {"type": kind, "thinking": "", "signature": ""}, [*thought, signed]
    if kind in ("tool_use", "server_tool_use"):
        given = msgspec.json.encode(block["input"]).decode()
        return block | {"input": {}}, [{"type": "input_json_delta", "partial_json": given}]
    return block, []
