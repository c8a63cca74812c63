"""Somebody who answers as Anthropic does, over a real socket; and what its stream amounts to."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.anthropic.dialect import Dialect, dialect_of
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import ModelRequest, Native, Piece
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


class Heard:
    def __init__(self) -> None:
        self.heads: list[str] = []
        self.bodies: list[dict[str, Any]] = []


@asynccontextmanager
async def anthropic(
    *bits: bytes | float, key: Secret | None = None, dialect: Dialect | None = None
) -> AsyncIterator[tuple[Anthropic, Heard]]:
    """Says these bits to each request; a number is a pause in seconds; below 0 it hangs up."""
    heard = Heard()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                heard.heads.append(head.decode())
                heard.bodies.append(msgspec.json.decode(await reader.readexactly(length)))
                for bit in bits:
                    if isinstance(bit, bytes):
                        writer.write(bit)
                        await writer.drain()
                    elif bit < 0:
                        return
                    else:
                        await asyncio.sleep(bit)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    listening = await asyncio.start_server(met, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, Wire() as wire:
        dialects = dialect_of if dialect is None else (lambda _: dialect)
        yield Anthropic(wire, f"http://127.0.0.1:{port}", key or Secret(""), dialects, clock=lambda: 7.5), heard


def whole(body: Any, status: int = 200, **headers: str) -> bytes:
    said = msgspec.json.encode(body)
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\n{head}Content-Length: {len(said)}\r\n\r\n".encode() + said


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def sse(events: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (event["type"].encode(), msgspec.json.encode(event)) for event in events
    )


def message(*content: dict[str, Any], stop: str = "end_turn", **how: Any) -> dict[str, Any]:
    usage = {"input_tokens": 9, "output_tokens": 2}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    } | how


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def events_of(said: dict[str, Any], size: int = 3) -> list[dict[str, Any]]:
    """The events that Anthropic would stream that message in, its blocks in bits of that size."""
    start = {**said, "content": [], "stop_reason": None, "usage": {**said["usage"], "output_tokens": 1}}
    found: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for index, block in enumerate(said["content"]):
        found += [{**event, "index": index} for event in _block_events(block, size)]
    ending = {"stop_reason": said["stop_reason"], "stop_sequence": said["stop_sequence"]}
    if "stop_details" in said:
        ending["stop_details"] = said["stop_details"]
    counts = {"output_tokens": said["usage"]["output_tokens"]}
    return [*found, {"type": "message_delta", "delta": ending, "usage": counts}, {"type": "message_stop"}]


def _block_events(block: dict[str, Any], size: int) -> list[dict[str, Any]]:
    empty, deltas = dict(block), []
    if block["type"] == "text":
        empty["text"] = ""
        deltas = [{"type": "text_delta", "text": bit} for bit in _bits(block["text"], size)]
    elif block["type"] == "thinking":
        empty |= {"thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": bit} for bit in _bits(block["thinking"], size)]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    elif block["type"] == "tool_use":
        empty["input"] = {}
        given = msgspec.json.encode(block["input"]).decode() if block["input"] else ""
        deltas = [{"type": "input_json_delta", "partial_json": bit} for bit in ["", *_bits(given, size)]]
    begin, end = {"type": "content_block_start", "content_block": empty}, {"type": "content_block_stop"}
    return [begin, *({"type": "content_block_delta", "delta": delta} for delta in deltas), end]


def _bits(said: str, size: int) -> list[str]:
    return [said[at : at + size] for at in range(0, len(said), size)]


def asked(**how: Any) -> ModelRequest:
    messages = [{"role": "user", "content": "When?"}]
    return ModelRequest(**({"model": "claude-x", "task_type": "chat", "messages": messages, "document": "When?"} | how))


async def all_of(provider: Anthropic, request: ModelRequest | None = None) -> list[Piece]:
    return [piece async for pieces in provider.stream(request or asked()) for piece in pieces]


def together(pieces: Sequence[Piece]) -> dict[str, Any]:
    """The chat message that chunks amount to, put together as clients do, with why it ended and what it came to."""
    found: dict[str, Any] = {"content": "", "reasoning": "", "thoughts": [], "calls": {}, "finish": None, "used": None}
    for choice in (choice for piece in pieces if piece.chunk for choice in piece.chunk.choices):
        delta = choice.delta
        found["content"] += delta.content or ""
        found["reasoning"] += delta.reasoning_content or ""
        found["thoughts"] += delta.thinking_blocks or []
        found["finish"] = choice.finish_reason or found["finish"]
        for call in delta.tool_calls or ():
            known = found["calls"].setdefault(call.index, {"id": call.id, "name": "", "arguments": ""})
            known["name"] += (call.function and call.function.name) or ""
            known["arguments"] += (call.function and call.function.arguments) or ""
    return found


def counted(pieces: Sequence[Piece]) -> Usage | None:
    return next((piece.usage for piece in reversed(pieces) if piece.usage), None)


SAID = message(text("On Monday."))
EVENTS = events_of(SAID)
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "S"}
CALLERS: dict[str, Any] = {
    "model": "not this one",
    "max_tokens": 7,
    "messages": [{"role": "user", "content": "When?"}, {"role": "assistant", "content": [THOUGHT, text("Hm.")]}],
    "system": [{"type": "text", "text": "Brief.", "cache_control": {"type": "ephemeral"}}],
    "what_may_come": [1],
    "stream": True,
    "ratchet": {"tags": ["x"]},
}


def native(fields: Mapping[str, Any] = CALLERS, headers: Mapping[str, str] | None = None, **how: Any) -> ModelRequest:
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}
    return asked(native=Native(shape="messages", fields=raw, headers=headers or {}), **how)


def failing(kind: str, words: str = "Oh no.") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}
