"""A server that says what a test wants in Google's place, and what a test asks of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.chat_shape import Completion
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.generate import GenerateContent
from ratchet_providers.gemini.request import body_of

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
Said = bytes | list[bytes | float] | Callable[[Any], bytes]


@dataclass
class Google:
    """What it heard."""

    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1beta"


@asynccontextmanager
async def google(*answers: Said) -> AsyncIterator[Google]:
    """Each request gets the next answer, the last one again and again. A number is a pause in seconds; below 0 it
    hangs up. A function makes the answer of the request's body.
    """
    heard = Google()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                heard.heads.append(head)
                heard.bodies.append(msgspec.json.decode(await reader.readexactly(length)))
                said = answers[min(len(heard.bodies), len(answers)) - 1]
                said = said(heard.bodies[-1]) if callable(said) else said
                for bit in [said] if isinstance(said, bytes) else said:
                    if isinstance(bit, bytes):
                        writer.write(bit)
                        await writer.drain()
                    elif bit < 0:
                        return
                    else:
                        await asyncio.sleep(bit)
        except (ConnectionError, asyncio.IncompleteReadError):
            heard.closed.set()
        finally:
            writer.close()

    listening = await asyncio.start_server(met, "127.0.0.1", 0)
    heard.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield heard


def whole(body: Any, status: int = 200, headers: str = "") -> bytes:
    said = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(said)}\r\n\r\n".encode() + said


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def sse(*events: Any) -> bytes:
    return b"".join(b"data: %b\r\n\r\n" % (e if isinstance(e, bytes) else msgspec.json.encode(e)) for e in events)


def streamed(*events: Any) -> bytes:
    return HEAD + chunked(sse(*events)) + END


def saying(*parts: Any, finish: str | None = None, index: int = 0, **beside: Any) -> dict[str, Any]:
    """An answer, or one event of a stream: text, or parts as Google has them."""
    made = [{"text": part} if isinstance(part, str) else part for part in parts]
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": made}, "index": index}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-2.5-flash", "responseId": "r1", **beside}


def asked(text: str = "When?", **how: Any) -> ModelRequest:
    messages = how.pop("messages", [{"role": "user", "content": text}])
    given = {"model": "gemini-2.5-flash", "task_type": "chat", "messages": messages, "document": text}
    return ModelRequest(**(given | how))


def sent(request: ModelRequest, *, ids: bool = True) -> Any:
    """What goes out for it."""
    return msgspec.json.decode(body_of(request, ids=ids))


def refusal(**how: Any) -> ProviderError:
    """Of a request that Gemini cannot be asked."""
    with pytest.raises(ProviderError) as failed:
        body_of(asked(**how), ids=True)
    assert failed.value.kind == "unsuited"
    return failed.value


async def all_of(model: GenerateContent, request: ModelRequest | None = None) -> list[Piece]:
    return [piece async for pieces in model.stream(request or asked()) for piece in pieces]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def completion(answer: ModelAnswer) -> Completion:
    assert answer.body is not None
    return msgspec.json.decode(msgspec.json.encode(answer.body), type=Completion)
