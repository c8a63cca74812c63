"""A provider that speaks /v1/responses over real sockets, and what it may say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest, Native
from ratchet_providers.openai_responses import OpenAIResponses
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 4},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 25,
}
COUNTED = Usage(input_tokens=20, output_tokens=5, cached_tokens=8, cache_written_tokens=4, reasoning_tokens=2)
SAID = {
    "type": "message",
    "content": [{"type": "output_text", "text": "On "}, {"type": "output_text", "text": "Monday."}],
}
CALL = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}


def response(status: str = "completed", *output: Any, **how: Any) -> dict[str, Any]:
    items = list(output) or [{"type": "reasoning", "summary": []}, SAID]
    return {"id": "resp_1", "object": "response", "status": status, "output": items, "usage": USAGE, **how}


def event(kind: str, **said: Any) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode({"type": kind, **said}))


def delta(text: str) -> bytes:
    return event("response.output_text.delta", item_id="msg_1", delta=text, sequence_number=3)


BEGUN = event("response.created", response=response("in_progress", output=[]), sequence_number=0) + event(
    "response.output_item.added", output_index=0, item={"type": "message", "content": []}, sequence_number=1
)
ENDED = event("response.completed", response=response(), sequence_number=9)
WHOLE = HEAD + BEGUN + delta("On ") + delta("Monday.") + ENDED


def whole(body: Any, status: str = "200 OK") -> bytes:
    said = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(said), said)


class Heard:
    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.closed = asyncio.Event()

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.bodies[-1])


@asynccontextmanager
async def provider(*bits: bytes | float, **how: Any) -> AsyncIterator[tuple[OpenAIResponses, Heard]]:
    """Says these bits to each request, a number being a pause in seconds, and hangs up."""
    heard = Heard()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heard.heads.append(head)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        heard.bodies.append(await reader.readexactly(length))
        try:
            for bit in bits:
                if isinstance(bit, bytes):
                    writer.write(bit)
                    await writer.drain()
                else:
                    await asyncio.sleep(bit)
        except ConnectionError:
            heard.closed.set()
        finally:
            writer.close()

    listening = await asyncio.start_server(met, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, Wire() as wire:
        yield OpenAIResponses(wire, f"http://127.0.0.1:{port}/v1", Secret(""), **how), heard


def asked(headers: dict[str, str] | None = None, **how: Any) -> ModelRequest:
    fields = {"model": b'"auto"', "input": b'[ {"role":"user","content":"x"} ]', "tools": b'[{"type":"web_search"}]'}
    native = Native(
        shape="responses", fields={name: msgspec.Raw(raw) for name, raw in fields.items()}, headers=headers or {}
    )
    given: dict[str, Any] = {"native": native} | how
    return ModelRequest(
        model="gpt", task_type="chat", messages=[{"role": "user", "content": "x"}], document="x", **given
    )
